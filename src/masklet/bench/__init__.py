"""Models side by side, in one run on one machine: how good, how fast, how large.

It asks every model through sessions and the runtime's protocol alone, so a model on any runtime can take part.
"""
