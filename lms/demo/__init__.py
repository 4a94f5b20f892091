"""The demo school: Trường THCS Hoa Phượng in November 2026, invented people and a few days of real work.

Owns made-up data only; it acts through the same verbs as people do. Every person is made from name frequencies and a
fixed seed; nobody real is meant.
"""
