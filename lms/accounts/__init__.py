"""Signing in and out, first passwords, sessions, and who has an account.

Does not own people's place in the school (`school`) nor the user table itself (`lms.base.users`).
"""
