"""Lists of pupils as schools keep them: read, checked line by line, nothing stored.

Pure: bytes in, lines and problems out. What becomes of the lines is decided in `lms.school`.
"""
