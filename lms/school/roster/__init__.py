"""Lists of pupils as schools keep them: read, checked line by line, nothing stored.

Pure: bytes in, lines and problems out. What becomes of the lines is decided in `lms.school`.
"""

from lms.school.roster.headings import Role
from lms.school.roster.reading import LineProblem, RosterFile, RosterLine, read_roster

__all__ = ["LineProblem", "Role", "RosterFile", "RosterLine", "read_roster"]
