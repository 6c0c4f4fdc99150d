"""Pictures in and out: reading, decoding, drawing, encoding, and masks in files.

The doors: `picture.read_picture`, `frames.open_frames`, `live.open_live` in; `picture.write_picture`,
`encode.OverlayWriter`, `masks_out.MaskFolder`, `masks_out.write_masklets` out. Nothing is imported here, so that
importing one part does not load the libraries of the others.
"""
