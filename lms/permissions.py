"""Who may do what in the school, courses, tests and marks: the design's permission matrix as one table.

Each rule reads the actor and the thing; the thing names its class by `class_id` (a class: its `id`), its subject by
`subject_id`, its owner by `owner_id`. What is not listed is denied; things of another school never get here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from lms.base.permissions import Actor, PolicyTable, Role, Rule

EXAM_OR_GRADE_ROLES = frozenset({Role.TEACHER, Role.LEADER})  # no administrator gets into an account that holds one


class Permission(StrEnum):
    """Acts in `lms` that are allowed to some people only."""

    # the school and its people
    SEE_SCHOOL = "see_school"
    SEE_PEOPLE = "see_people"
    LIST_PUPILS = "list_pupils"
    SEE_CONTACTS = "see_contacts"
    IMPORT_ROSTER = "import_roster"
    ARRANGE_SCHOOL = "arrange_school"  # years, groups, classes, teaching assignments, parents
    ADMINISTER_ACCOUNTS = "administer_accounts"
    DISABLE_ACCOUNT = "disable_account"
    HAND_OUT_PASSWORD = "hand_out_password"  # noqa: S105 - a first one, to a colleague
    PLACE_TEACHER = "place_teacher"  # in a class, a subject, a group
    RESET_PUPIL_PASSWORD = "reset_pupil_password"  # noqa: S105 - the name of an act
    # quizzes
    BUILD_QUIZ = "build_quiz"  # a course or a quiz
    WATCH_QUIZ = "watch_quiz"  # who is working, how far; no answers
    GIVE_EXTRA_TIME = "give_extra_time"
    REOPEN_ATTEMPT = "reopen_attempt"  # a handed-in one; at once while the quiz runs, else to be approved
    APPROVE_REOPENING = "approve_reopening"
    END_QUIZ = "end_quiz"
    SEE_QUIZ_RESULTS = "see_quiz_results"  # totals of the class and the questions
    READ_ATTEMPTS = "read_attempts"  # what each pupil answered
    MARK_QUIZ = "mark_quiz"
    MARK_SECOND = "mark_second"  # the second round of a quiz that has two
    DECIDE_MARKS = "decide_marks"  # where the two rounds are too far apart
    REGRADE_QUIZ = "regrade_quiz"  # correct a question of a finished quiz, or points after a review; on trial
    APPROVE_REGRADE = "approve_regrade"  # put the trial in force; never one's own
    RELEASE_RESULTS = "release_results"
    TAKE_QUIZ = "take_quiz"
    WATCH_SITTING = "watch_sitting"  # one room of a quiz: who is working, how far, the code that is shown
    RUN_SITTING = "run_sitting"  # change that code, let a pupil in, give a code to go on
    # courses
    READ_COURSE = "read_course"
    EDIT_COURSE = "edit_course"
    # marks
    SEE_MARKS = "see_marks"  # a gradebook
    EDIT_MARKS = "edit_marks"
    EXPORT_MARKS = "export_marks"
    SEE_IDENTITIES = "see_identities"  # birth dates and ID numbers in an export
    LOCK_MARKS = "lock_marks"
    ASK_UNLOCK_MARKS = "ask_unlock_marks"
    SEE_OWN_MARKS = "see_own_marks"  # of a pupil
    # reports
    SEE_REPORTS = "see_reports"
    READ_AUDIT_LOG = "read_audit_log"


def class_of(thing: Any) -> int | None:
    """The class that a thing belongs to; a class is its own."""
    if hasattr(thing, "class_id"):
        found: int | None = thing.class_id
        return found
    return thing.id if hasattr(thing, "homeroom_teacher_id") else None


def anyone_on_staff(actor: Actor, _thing: Any) -> bool:
    return actor.is_staff


def teaches_class(actor: Actor, thing: Any) -> bool:
    """A teacher of any subject in the class, or its homeroom teacher."""
    class_id = class_of(thing)
    return class_id in actor.taught_class_ids or class_id in actor.homeroom_class_ids


def has_homeroom(actor: Actor, thing: Any) -> bool:
    return class_of(thing) in actor.homeroom_class_ids


def teaches_subject_in_class(actor: Actor, thing: Any) -> bool:
    """The teacher of that very subject in that very class."""
    return (class_of(thing), thing.subject_id) in actor.teaches


def heads_subject(actor: Actor, thing: Any) -> bool:
    return thing.subject_id in actor.headed_subject_ids


def leads(actor: Actor, _thing: Any) -> bool:
    return actor.is_leader


def administers(actor: Actor, _thing: Any) -> bool:
    return actor.is_admin


def owns(actor: Actor, thing: Any) -> bool:
    return bool(thing.owner_id == actor.user_id)


def learns_in_class(actor: Actor, thing: Any) -> bool:
    return class_of(thing) in actor.class_ids


def is_parent_in_class(actor: Actor, thing: Any) -> bool:
    return class_of(thing) in actor.child_class_ids


def invigilates(actor: Actor, thing: Any) -> bool:
    """A teacher who was named to invigilate a sitting of a quiz."""
    return actor.is_teacher and actor.user_id in thing.invigilator_ids


def marks_second(actor: Actor, thing: Any) -> bool:
    """The teacher who was named to mark a quiz a second time."""
    return actor.is_teacher and actor.user_id == thing.second_marker_id


def decides_marks(actor: Actor, thing: Any) -> bool:
    """Whoever was named to decide between two markers; the heads of the subject where nobody was."""
    if thing.second_marker_id is None or actor.user_id == thing.second_marker_id:
        return False
    named = thing.adjudicator_id
    return heads_subject(actor, thing) if named is None else actor.is_teacher and actor.user_id == named


def is_oneself_or_ones_child(actor: Actor, thing: Any) -> bool:
    return (actor.is_pupil and thing.id == actor.user_id) or thing.id in actor.child_ids


def hands_out_passwords(actor: Actor, person: Any) -> bool:
    """An administrator, but to those with exam or grade rights a leader who is none.

    In a school that no leader has entered yet, the administrator lets the first one in.
    """
    if not person.roles & EXAM_OR_GRADE_ROLES:
        return actor.is_admin
    if actor.is_admin:
        return person.school.led_since is None and Role.LEADER in person.roles
    return actor.is_leader


def any_of(*rules: Rule) -> Rule:
    """A rule that holds when one of these does."""

    def holds(actor: Actor, thing: Any) -> bool:
        return any(rule(actor, thing) for rule in rules)

    return holds


def not_oneself(rule: Rule) -> Rule:
    """A rule about people that never holds for one's own account."""

    def holds(actor: Actor, thing: Any) -> bool:
        return bool(thing.id != actor.user_id) and rule(actor, thing)

    return holds


POLICY = PolicyTable(
    {
        Permission.SEE_SCHOOL: anyone_on_staff,
        Permission.SEE_PEOPLE: any_of(administers, leads),
        Permission.LIST_PUPILS: any_of(teaches_class, leads, administers),
        Permission.SEE_CONTACTS: any_of(leads, administers),
        Permission.IMPORT_ROSTER: administers,
        Permission.ARRANGE_SCHOOL: administers,
        Permission.ADMINISTER_ACCOUNTS: administers,
        Permission.DISABLE_ACCOUNT: not_oneself(administers),
        Permission.HAND_OUT_PASSWORD: not_oneself(hands_out_passwords),
        Permission.PLACE_TEACHER: not_oneself(administers),
        Permission.RESET_PUPIL_PASSWORD: any_of(teaches_class, administers),
        Permission.BUILD_QUIZ: teaches_subject_in_class,
        Permission.WATCH_QUIZ: any_of(teaches_subject_in_class, leads),
        Permission.GIVE_EXTRA_TIME: teaches_subject_in_class,
        Permission.REOPEN_ATTEMPT: teaches_subject_in_class,
        Permission.APPROVE_REOPENING: any_of(heads_subject, leads),
        Permission.END_QUIZ: teaches_subject_in_class,
        Permission.SEE_QUIZ_RESULTS: any_of(teaches_subject_in_class, heads_subject, leads),
        Permission.READ_ATTEMPTS: any_of(teaches_subject_in_class, heads_subject),
        Permission.MARK_QUIZ: teaches_subject_in_class,
        Permission.MARK_SECOND: marks_second,
        Permission.DECIDE_MARKS: decides_marks,
        Permission.REGRADE_QUIZ: any_of(teaches_subject_in_class, heads_subject),
        Permission.APPROVE_REGRADE: any_of(teaches_subject_in_class, heads_subject, leads),
        Permission.RELEASE_RESULTS: teaches_subject_in_class,
        Permission.TAKE_QUIZ: learns_in_class,
        Permission.WATCH_SITTING: any_of(teaches_subject_in_class, invigilates, leads),
        Permission.RUN_SITTING: any_of(teaches_subject_in_class, invigilates),
        Permission.READ_COURSE: any_of(
            teaches_subject_in_class,
            has_homeroom,
            heads_subject,
            leads,
            administers,
            learns_in_class,
            is_parent_in_class,
        ),
        Permission.EDIT_COURSE: teaches_subject_in_class,
        Permission.SEE_MARKS: any_of(teaches_subject_in_class, has_homeroom, heads_subject, leads),
        Permission.EDIT_MARKS: teaches_subject_in_class,
        Permission.EXPORT_MARKS: any_of(teaches_subject_in_class, leads),
        Permission.SEE_IDENTITIES: any_of(has_homeroom, leads),
        Permission.LOCK_MARKS: leads,
        Permission.ASK_UNLOCK_MARKS: any_of(teaches_subject_in_class, leads),
        Permission.SEE_OWN_MARKS: is_oneself_or_ones_child,
        Permission.SEE_REPORTS: any_of(leads, administers),
        Permission.READ_AUDIT_LOG: any_of(leads, administers),
    }
)
require = POLICY.require
allows = POLICY.allows
