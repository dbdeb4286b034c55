"""A contract for import-linter: a context is entered through its doors only."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

PLACES = 4  # songhe.contexts.<context>.<module>


class DoorsContract(Contract):  # type: ignore[misc]
    """From outside a context only the modules named in `doors` may be imported; `also` widens that for some importers.

    `contexts`  the package that holds the contexts.
    `doors`     module names that anybody may import.
    `also`      "importer -> module": this importer may import this module of any context too.
    """

    contexts = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())
    also = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Broken if any module outside a context imports something of it that is no door."""
        wider = [tuple(part.strip() for part in line.split("->")) for line in self.also or []]
        trespasses = []
        for imported in sorted(graph.find_descendants(self.contexts)):
            parts = imported.split(".")
            home = ".".join(parts[: PLACES - 1])
            door = parts[PLACES - 1] if len(parts) >= PLACES else ""
            if door in self.doors:
                continue
            for importer in sorted(graph.find_modules_that_directly_import(imported)):
                inside = importer == home or importer.startswith(f"{home}.")
                allowed = any(importer.startswith(f"{who}.") and door == what for who, what in wider)
                if not inside and not allowed:
                    line = graph.get_import_details(importer=importer, imported=imported)[0]["line_number"]
                    trespasses.append(f"{importer}:{line} imports {imported}")
        return ContractCheck(kept=not trespasses, metadata={"trespasses": trespasses})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line for each trespass."""
        for trespass in check.metadata["trespasses"]:
            output.print_error(f"- {trespass}")
        output.print(f"Import its {', '.join(self.doors)} instead, or ask the context for a new door.")
