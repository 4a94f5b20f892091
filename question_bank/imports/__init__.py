"""From a file to questions in the bank: read, preview, mend, tag, save, take back.

Owns what stands between the upload and the bank; nothing is in the bank until the teacher says so. Does not own
the readers (`formats`) nor the bank (`items`).
"""
