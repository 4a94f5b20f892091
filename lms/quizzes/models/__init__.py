"""The tables of quizzes, from the plan of a teacher to the scores of the class."""

from lms.quizzes.models.admission import Admission, LetIn, Sitting, SittingInvigilator, SittingPupil
from lms.quizzes.models.assembling import QuizAssembly
from lms.quizzes.models.attempts import Attempt, AttemptEvent, ResponseCurrent, Submission
from lms.quizzes.models.behaviours import QuizBehaviour, is_practice
from lms.quizzes.models.deliveries import AfterRules, EventDecision
from lms.quizzes.models.flow import Absence, Pause, QuizFlow, Reopening
from lms.quizzes.models.keeping import FiguresKept
from lms.quizzes.models.marking import AnswerNote, MarkGiven, MarkingRules, QuizRubric, SavedComment
from lms.quizzes.models.quizzes import Accommodation, Form, Quiz, QuizSlot, ReleaseAct
from lms.quizzes.models.regrading import Correction, Regrade, RegradePoints
from lms.quizzes.models.requests import ReviewRequest
from lms.quizzes.models.resuming import ResumeCode
from lms.quizzes.models.scores import AttemptScore, EssayMark, ItemScore, Release, ScoreRun, TeacherComment

__all__ = [
    "Absence",
    "Accommodation",
    "Admission",
    "AfterRules",
    "AnswerNote",
    "Attempt",
    "AttemptEvent",
    "AttemptScore",
    "Correction",
    "EssayMark",
    "EventDecision",
    "FiguresKept",
    "Form",
    "ItemScore",
    "LetIn",
    "MarkGiven",
    "MarkingRules",
    "Pause",
    "Quiz",
    "QuizAssembly",
    "QuizBehaviour",
    "QuizFlow",
    "QuizRubric",
    "QuizSlot",
    "Regrade",
    "RegradePoints",
    "Release",
    "ReleaseAct",
    "Reopening",
    "ResponseCurrent",
    "ResumeCode",
    "ReviewRequest",
    "SavedComment",
    "ScoreRun",
    "Sitting",
    "SittingInvigilator",
    "SittingPupil",
    "Submission",
    "TeacherComment",
    "is_practice",
]
