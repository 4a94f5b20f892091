"""The verbs of quizzes: build, take, close, mark, release, watch."""
