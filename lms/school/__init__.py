"""The school's own order: years, semesters, classes, subjects, teaching assignments, enrolment, roster import."""
