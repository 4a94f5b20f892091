"""Courses, quizzes, marks and everything a school does with them.

Owns the web application and the features of the learning-management system. Does not own questions
(`question_bank`) nor shared materials (`materials`); it uses both through their `api`.
"""
