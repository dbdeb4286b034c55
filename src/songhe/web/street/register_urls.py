"""Addresses of the registers, the same at the street and at the city desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from songhe.web.street import register_candidates, register_entries, register_files, registers

urlpatterns: list[URLPattern] = [
    path("registers/", registers.page_registers, name="registers"),
    path("registers/of/<slug:register>/", registers.page_register, name="register"),
    path("registers/of/<slug:register>/export/", registers.page_register_export, name="register_export"),
    path("registers/of/<slug:register>/new/", register_entries.page_new, name="register_new"),
    path("registers/of/<slug:register>/expected/", register_candidates.page_candidates, name="register_candidates"),
    path("registers/of/<slug:register>/expected/add/", register_candidates.submit_candidates, name="register_add_candidates"),
    path(
        "registers/of/<slug:register>/expected/export/",
        register_candidates.page_candidates_export,
        name="register_candidates_export",
    ),
    path("registers/of/<slug:register>/files/", register_files.page_files, name="register_files"),
    path("registers/of/<slug:register>/template/", register_files.page_template, name="register_template"),
    path("registers/files/<int:file>/", register_files.page_file, name="register_file"),
    path("registers/files/<int:file>/accept/", register_files.submit_file, name="register_file_accept"),
    path("registers/files/<int:file>/result/", register_files.page_file_result, name="register_file_result"),
    path("registers/entries/<int:entry>/", register_entries.page_entry, name="register_entry"),
    path("registers/entries/<int:entry>/change/", register_entries.page_change, name="register_change"),
    path("registers/entries/<int:entry>/reveal/", register_entries.submit_reveal, name="register_reveal"),
    path("registers/entries/<int:entry>/move/<slug:move>/", register_entries.submit_move, name="register_move"),
]
