"""The shared library of learning materials: catalogue, review, search.

Other packages enter by `materials.api` alone.
"""
