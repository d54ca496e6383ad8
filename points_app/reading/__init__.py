"""The receipt reader: a picture in, the amount paid and the printed facts out.

No Flask, no database, no network. `normalise` (pictures) makes one plain JPEG of an upload,
`read_receipt` reads it; everything between the engine's words and the Reading is pure functions.
"""
