"""Addresses of payment at the city desk, below `pay/`."""

from __future__ import annotations

from django.urls import path

from songhe.web.city import awards, funds, overpaid, pay_lists, pay_runs, vouchers

urlpatterns = [
    path("", pay_runs.page_runs, name="pay_runs"),
    path("export/", pay_runs.page_runs_export, name="pay_runs_export"),
    path("prepare/", pay_runs.submit_prepare, name="prepare_run"),
    path("runs/<int:run>/", pay_runs.page_run, name="pay_run"),
    path("runs/<int:run>/progress/", pay_runs.part_progress, name="pay_progress"),
    path("runs/<int:run>/freeze/", pay_runs.submit_freeze, name="freeze_run"),
    path("runs/<int:run>/check/", pay_runs.submit_check, name="check_run"),
    path("runs/<int:run>/approve/", pay_runs.submit_approve, name="approve_run"),
    path("runs/<int:run>/files/", pay_runs.submit_files, name="make_bank_files"),
    path("runs/<int:run>/files/<int:file>/", pay_runs.page_bank_file, name="bank_file"),
    path("runs/<int:run>/files/<int:file>/return/", pay_runs.submit_return, name="take_return"),
    path("runs/<int:run>/close/", pay_runs.submit_close, name="close_run"),
    path("runs/<int:run>/cancel/", pay_runs.submit_cancel, name="cancel_run"),
    path("runs/<int:run>/payments/", pay_lists.page_payments, name="pay_payments"),
    path("runs/<int:run>/payments/export/", pay_lists.page_payments_export, name="pay_payments_export"),
    path("runs/<int:run>/findings/", pay_lists.page_findings, name="pay_findings"),
    path("runs/<int:run>/findings/settle/", pay_lists.submit_settle, name="settle_findings"),
    path("payments/<int:payment>/", pay_lists.page_payment, name="pay_payment"),
    path("payments/<int:payment>/again/", pay_lists.submit_again, name="pay_again"),
    path("overpaid/", overpaid.page_overpaid, name="overpaid"),
    path("overpaid/export/", overpaid.page_overpaid_export, name="overpaid_export"),
    path("overpaid/<int:person>/repaid/", overpaid.submit_repayment, name="record_repayment"),
    path("funds/", funds.page_funds, name="funds"),
    path("funds/export/", funds.page_funds_export, name="funds_export"),
    path("funds/line/", funds.submit_line, name="keep_fund_line"),
    path("spending/", funds.page_spending, name="spending"),
    path("spending/export/", funds.page_spending_export, name="spending_export"),
    path("vouchers/", vouchers.page_vouchers, name="vouchers"),
    path("vouchers/issue/", vouchers.submit_issue, name="issue_vouchers"),
    path("vouchers/draw/", vouchers.submit_draw, name="draw_redemptions"),
    path("vouchers/settle/", vouchers.submit_settle, name="settle_redemptions"),
    path("vouchers/redemptions/", vouchers.page_redemptions, name="redemptions"),
    path("vouchers/redemptions/export/", vouchers.page_redemptions_export, name="redemptions_export"),
    path("vouchers/redemptions/<int:redemption>/verify/", vouchers.submit_verify, name="verify_redemption"),
    path("awards/", awards.page_awards, name="awards"),
    path("awards/export/", awards.page_awards_export, name="awards_export"),
    path("awards/claim/<slug:kind>/", awards.page_claim, name="claim_award"),
    path("awards/claim/<slug:kind>/send/", awards.submit_claim, name="send_claim"),
    path("awards/documents/<int:document>/", awards.page_document, name="award_document"),
    path("awards/<int:award>/", awards.page_award, name="award"),
    path("awards/<int:award>/decide/", awards.submit_decide, name="decide_award"),
]
