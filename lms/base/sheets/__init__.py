"""Spreadsheet files as they arrive from schools and portals: opened safely, read as tables, found by their headings.

Owns what .xlsx, .xls and .csv have in common and the checks against hostile files. Does not own what the columns
mean; that is said by whoever reads (`lms.school.roster`, `lms.gradebook.workbook`).
"""
