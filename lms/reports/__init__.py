"""What is read across features: everyone's first page, the audit log, the figures of the school.

Read-only: may join anything below, changes nothing.
"""
