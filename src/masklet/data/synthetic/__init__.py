"""Synthetic clips: things that move, bend, cover each other, leave and return over pictures, with the whole truth."""
