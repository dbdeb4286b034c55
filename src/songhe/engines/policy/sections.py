"""Reading one mapping of a pack file: also expressions and citations."""

from __future__ import annotations

from songhe.basics import yaml_sections
from songhe.basics.yaml_parts import Scalar
from songhe.engines.policy.findings import LanguageError, Place
from songhe.engines.policy.language import Truth, parse
from songhe.engines.policy.pack import Cited, Expression
from songhe.engines.policy.rulebook import Citation

_NOTHING = Truth(False)


class Section(yaml_sections.Section):
    """One mapping of a pack. Ask for every key it may have, then call `done()`."""

    def expression(self, key: str, *, required: bool = False) -> Expression | None:
        part = self.part(key, required=required)
        if part is None:
            return None
        if isinstance(part, Scalar) and isinstance(part.value, bool | int) and not part.quoted:
            part = Scalar(part.line, str(part.value).lower(), True)
        if not isinstance(part, Scalar) or not isinstance(part.value, str):
            self.fault(part.line, "type", f"{self.what}的 {key} 不对", f'{key} 要写成一个式子，例如 {key}: "age >= 80"')
            return None
        try:
            return Expression(part.value, parse(part.value), Place(self.file, part.line))
        except LanguageError as error:
            self.fault(part.line, error.code, f"{self.what}的 {key}:{error.message}", error.fix)
            return Expression(part.value, _NOTHING, Place(self.file, part.line))

    def cited(self, *, inherits: Citation | None = None, required: bool = True) -> Cited:
        """The citation of this entry: `cite`, or `source: assumed` with a note; `verified: false` marks a figure not checked."""
        note = self.text("note")
        assumed = self.choice("source", ("assumed",), "") == "assumed"
        verified = self.flag("verified", inherits is None or inherits.status != "unverified")
        cite = self.inner("cite", f"{self.what}的 cite ")
        if cite is not None:
            document, clause = cite.text("doc", required=True), cite.text("clause", required=True)
            cite.done()
            status = "assumed" if assumed else "stated" if verified else "unverified"
            return Cited(Citation(document, clause, status), note, self.at("cite"))
        if assumed:
            if not note:
                self.fault(
                    self.at("source").line, "missing_note", f"{self.what}是假定的，没有写为什么这样取值", "请加 note: 说明"
                )
            return Cited(Citation("", "", "assumed"), note, self.at("source"))
        if inherits is not None:
            return Cited(inherits, note, self.at())
        if required:
            fix = "请写 cite: {doc: 文件, clause: 条款}；没有文件写明时写 source: assumed 和 note:"
            self.fault(self.line, "missing_citation", f"{self.what}没有写出处", fix)
        return Cited(Citation("", "", "assumed"), note, self.at())
