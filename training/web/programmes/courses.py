"""Courses: the catalogue of what is repeated."""

from __future__ import annotations

from dataclasses import fields
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from training.errors import DomainError
from training.forms.programmes import CourseFilter, CourseForm
from training.models import Course, Training
from training.policy import Action, can
from training.services import visible_trainings
from training.services.programmes import courses, frames
from training.services.seen import Seen
from training.services.trainings import from_course
from training.text import language
from training.web.kit import access, choices, edits
from training.web.kit.access import permit
from training.web.kit.once import once
from training.web.kit.respond import asks_only, page, paginate, sorting, submitted, uuid_of

bp = Blueprint("courses", __name__, url_prefix="/courses")


def _form(course: Course | None, **values: object) -> CourseForm:
    form = CourseForm(request.form, obj=course, **values)
    form.theme.offer(choices.of_themes())
    form.activity_type.offer(choices.of_activity_types())
    form.languages.offer(choices.of_languages())
    return form


@bp.get("")
@permit(Action.COURSE_LIST)
def index() -> Response:
    """The catalogue: courses by title, or by how often they were held."""
    form = choices.filtered(CourseFilter(request.args))
    sort = sorting(("title", "code", "used"), "title")
    found = courses.search(access.user(), **choices.wanted(form), sort=sort.key, descending=sort.descending)
    listed = paginate(found, 50)
    return page(
        "programmes/courses/index.html",
        "programmes/courses/_rows.html",
        form=form,
        chips=choices.chips(form),
        sorting=sort,
        courses=listed,
        used=courses.times_used(listed.items),
    )


@bp.get("/<uuid:public_id>")
@permit(Action.COURSE_READ, courses.get)
def show(course: Course) -> Response:
    """A course: its half-days with their agenda, and the trainings that were made from it."""
    asks_only("page")
    user = access.user()
    planning = [
        one
        for one in frames.in_scope_of(user)
        if can(user, Action.TRAINING_CREATE, one) and course in courses.usable_in(one)
    ]
    return page(
        "programmes/courses/show.html",
        course=course,
        programmes=planning if course.is_active else [],
        trainings=paginate(courses.trainings_of(course), 50),
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(Action.COURSE_CREATE)
@once
def new() -> Response:
    """Add a course, or make one of the training that ``from`` names."""
    training = _training_of(request.args.get("from", ""))
    form = _form(None, **(_values(from_course.as_course(training)) if training else {"languages": ["en"]}))
    back = (_("Courses"), url_for(".index"))
    if training is not None:
        back = (training.code, url_for("trainings.show", public_id=training.public_id))
    if submitted(form):
        try:
            course = from_course.make_course(training, by=access.user(), details=courses.Details(**form.data))
        except DomainError as refusal:
            form.refuse(refusal)
        else:
            flash(_("The course is in the catalogue."))
            return redirect(url_for(".show", public_id=course.public_id), 303)
    return page("programmes/courses/edit.html", form=form, title=_("New course"), back=back)


@bp.route("/<uuid:public_id>/edit", methods=["GET", "POST"])
@permit(Action.COURSE_CHANGE, courses.get)
def edit(course: Course) -> Response:
    """Change a course. With ``from`` the form proposes what the training of that id has become."""
    form = edits.begin(_form(course, timetable=courses.timetable(course, language())))
    training = _training_of(request.args.get("from", ""))
    if training is not None and not form.is_sent:
        for name, value in _values(from_course.brought_up_to_date(course, training)).items():
            form.put(name, value)
    back = url_for(".show", public_id=course.public_id)

    def change(seen: Seen) -> None:
        courses.change(course, by=access.user(), details=courses.Details(**form.data), seen=seen)

    if edits.save(form, course, change):
        return redirect(back, 303)
    return page(
        "programmes/courses/edit.html",
        form=form,
        title=course.title_in(language()),
        back=(course.code, back),
        training=training,
    )


def _training_of(wanted: str) -> Training | None:
    """The training that an address names. One that the reader may not see is a 404."""
    public_id: UUID | None = uuid_of(wanted)
    return visible_trainings.get(access.user(), public_id) if public_id else None


def _values(details: courses.Details) -> dict[str, object]:
    return {one.name: getattr(details, one.name) for one in fields(details)}


@bp.post("/<uuid:public_id>/retire")
@permit(Action.COURSE_CHANGE, courses.get)
def retire(course: Course) -> Response:
    """Take a course out of the catalogue."""
    courses.retire(course, by=access.user())
    flash(_("The course is retired. Its trainings stay."))
    return redirect(url_for(".show", public_id=course.public_id), 303)


@bp.post("/<uuid:public_id>/resume")
@permit(Action.COURSE_CHANGE, courses.get)
def resume(course: Course) -> Response:
    """Put a course back into the catalogue."""
    courses.resume(course, by=access.user())
    flash(_("The course is in the catalogue again."))
    return redirect(url_for(".show", public_id=course.public_id), 303)
