"""What is done to an upload in the background: look at it, prepare it, commit it."""

from dataclasses import replace
from pathlib import Path

import yaml

from etl import FileRefused, Options, Prepared, Refusal, peek
from pages.analysts.uploading.guess import PLAIN, Guess, guess
from pages.analysts.uploading.jobs import Upload

SAMPLES = 20


def prepare(upload: Upload) -> None:
    """Look at the file, find its mapping, and read, clean and judge it; where words are missing, stop after the look.

    Raises:
        FileRefused, LakeError, UsageError, Stopped: it cannot be done.
    """
    upload.forget()
    upload.tell("look", 0.0)
    looked = upload.folder / "look"
    looked.mkdir(exist_ok=True)
    upload.look = peek(upload.files[0], looked, upload.plan.choice)
    if upload.look.layout is None:
        raise FileRefused(Refusal(upload.look.file, "no_table", sheet=upload.look.sheet))
    upload.guess = guess(upload.lake, upload.look, upload.plan)
    if upload.guess.missing:
        return
    upload.prepared = Prepared(
        upload.lake,
        upload.guess.table,
        upload.files,
        mapping_path(upload, upload.guess),
        Options(on_error="quarantine"),
        upload.tell,
        upload.plan.choice,
    )
    upload.prepared.__enter__()
    upload.tell("preview", 0.0)
    upload.report = upload.prepared.check()
    upload.samples = upload.prepared.samples(SAMPLES)


def mapping_path(upload: Upload, found: Guess) -> str:
    """Return the mapping for the importer: a name, or the file that a mapping made on the page is written to."""
    if found.mapping == PLAIN or (found.mapping and upload.plan.spec is None):
        return found.mapping
    stem = found.mapping or found.table
    path = upload.folder / f"{stem}-{'suggested' if upload.plan.spec is None else 'corrected'}.yaml"
    path.write_text(as_yaml(found), encoding="utf-8")
    return str(path)


def as_yaml(found: Guess) -> str:
    """Return a mapping as a reviewable file."""
    return yaml.safe_dump(dict(found.spec), allow_unicode=True, sort_keys=False)


def commit(upload: Upload, on_error: str, author: str) -> None:
    """Write what was prepared, all of it or (`quarantine`) the good rows.

    Raises:
        LakeError: nothing was written.
    """
    prepared = upload.prepared
    if prepared is None:
        return
    prepared.options = replace(prepared.options, author=author)
    upload.report = prepared.commit(on_error)
    if upload.report.status in ("committed", "quarantined", "unchanged"):
        upload.state = "done"


def marked(upload: Upload, language: str) -> list[Path]:
    """Return the refused rows as files of the same kind, each bad cell marked."""
    if upload.prepared is None:
        return []
    folder = upload.folder / f"marked-{language}"
    folder.mkdir(exist_ok=True)
    return upload.prepared.write_marked(folder, language)
