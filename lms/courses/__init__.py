"""Course pages: sections, lessons and their files. Does not own quizzes, which point at a course."""
