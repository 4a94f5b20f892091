"""The ground all three packages stand on; imports nothing of ours.

Owns configuration, the database session, people, permissions, errors, files, jobs, mail and the audit log.
Does not own any feature.
"""
