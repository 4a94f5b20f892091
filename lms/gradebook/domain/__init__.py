"""The circulars as exact arithmetic: columns, what may stand in a cell, averages, levels, the end of the year.

Pure Python; numbers that a circular fixes are data in `circular22`, never literals in the arithmetic.
"""
