"""Published weights' layouts, one file each, and how a file is told to be one of them.

Adding one: a table of rules in a file of its own (`layout.py` says what a rule is), and its line here.
"""

from __future__ import annotations

from . import edgetam, efficienttam, mobile_sam, sam, sam2, transformers_edgetam, transformers_sam, transformers_sam2
from .layout import Layout

LAYOUTS: tuple[Layout, ...] = (
    sam2.LAYOUT,
    transformers_sam2.LAYOUT,
    sam.LAYOUT,
    transformers_sam.LAYOUT,
    mobile_sam.LAYOUT,
    edgetam.LAYOUT,
    transformers_edgetam.LAYOUT,
    efficienttam.LAYOUT,
)
