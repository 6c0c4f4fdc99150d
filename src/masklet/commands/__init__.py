"""The commands, a file each. They take words from the command line, call one room, and write what it gives."""
