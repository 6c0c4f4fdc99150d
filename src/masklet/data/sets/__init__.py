"""Data sets of other makers, read and written: one small file per format, behind one seam.

The doors: `layouts.open_set` in, `convert.convert` out, `check.check_set`, `stats.measure` and `sheet.draw_sheet` over
them. Nothing is imported here, so that importing one part does not load the libraries of the others.
"""
