"""The verbs of an import: read, mend, save."""
