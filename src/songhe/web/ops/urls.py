"""Addresses of the operations desk."""

from __future__ import annotations

from django.urls import path

from songhe.web import data_use
from songhe.web.ops import (
    audit,
    consumers,
    design,
    first,
    grants,
    import_columns,
    import_rows,
    imports,
    jobs,
    layouts,
    seats,
    users,
    whole_lists,
)

app_name = "ops"
urlpatterns = [
    path("data-use/", data_use.page_ops, name="data_use"),
    path("data-use/export/", data_use.page_ops_export, name="data_use_export"),
    path("", first.page_first, name="first"),
    path("imports/", imports.page_imports, name="imports"),
    path("imports/export/", imports.page_export, name="imports_export"),
    path("imports/new/", imports.page_new, name="import_new"),
    path("imports/templates/<slug:department>/", layouts.page_template, name="template"),
    path("imports/<int:batch>/", imports.page_batch, name="batch"),
    path("imports/<int:batch>/progress/", imports.part_progress, name="batch_progress"),
    path("imports/<int:batch>/accept/", imports.page_accept, name="batch_accept"),
    path("imports/<int:batch>/whole/", whole_lists.page_whole, name="batch_whole"),
    path("imports/<int:batch>/whole/export/", whole_lists.page_whole_export, name="batch_whole_export"),
    path("imports/<int:batch>/result/", import_rows.page_result, name="batch_result"),
    path("imports/<int:batch>/columns/", import_columns.page_columns, name="batch_columns"),
    path("imports/<int:batch>/rows/<int:row>/", import_rows.page_row, name="batch_row"),
    path("imports/<int:batch>/rows/<int:row>/aside/", import_rows.submit_aside, name="batch_aside"),
    path("users/", users.page_users, name="users"),
    path("users/export/", users.page_export, name="users_export"),
    path("users/new/", users.page_new, name="user_new"),
    path("users/<int:user>/", users.page_user, name="user"),
    path("users/<int:user>/grant/", grants.submit_grant, name="grant"),
    path("consumers/<int:consumer>/seat/", seats.submit_consumer_seat, name="consumer_seat"),
    path("users/<int:user>/seat/", seats.submit_seat, name="seat"),
    path("users/<int:user>/grants/<int:grant>/revoke/", grants.submit_revoke, name="revoke"),
    path("users/<int:user>/password/", users.submit_password, name="password"),
    path("users/<int:user>/deactivate/", users.submit_deactivate, name="deactivate"),
    path("users/<int:user>/activate/", users.submit_activate, name="activate"),
    path("users/<int:user>/unlock/", users.submit_unlock, name="unlock"),
    path("users/<int:user>/factors/", users.submit_remove_factors, name="factors"),
    path("consumers/", consumers.page_consumers, name="consumers"),
    path("consumers/export/", consumers.page_export, name="consumers_export"),
    path("consumers/new/", consumers.page_new, name="consumer_new"),
    path("consumers/<int:consumer>/rotate/", consumers.submit_rotate, name="consumer_rotate"),
    path("consumers/<int:consumer>/revoke/", consumers.submit_revoke, name="consumer_revoke"),
    path("jobs/", jobs.page_jobs, name="jobs"),
    path("jobs/export/", jobs.page_export, name="jobs_export"),
    path("jobs/<int:job>/retry/", jobs.submit_retry_job, name="job_retry"),
    path("jobs/events/<int:event>/retry/", jobs.submit_retry_event, name="event_retry"),
    path("audit/", audit.page_audit, name="audit"),
    path("audit/export/", audit.page_export, name="audit_export"),
    path("audit/verify/", audit.submit_verify, name="audit_verify"),
    path("design/", design.page_design, name="design"),
]
