"""Who may do what in the portal. One table: doors, buttons and the matrix test read it."""

PRODUCER_USER, INSURER_ADMIN = "producer_user", "insurer_admin"
EVERYBODY = frozenset({PRODUCER_USER, INSURER_ADMIN})
SELLS = frozenset({PRODUCER_USER})
RUNS = frozenset({INSURER_ADMIN})

MAY: dict[str, frozenset[str]] = {
    "see_desk": EVERYBODY,
    "search": EVERYBODY,
    "read_quote": EVERYBODY,
    "edit_quote": SELLS,
    "price_quote": SELLS,
    "buy_quote": SELLS,
    "withdraw_quote": SELLS,
    "read_policy": EVERYBODY,
    "remember_policy": EVERYBODY,
    "read_document": EVERYBODY,
    "read_account": EVERYBODY,
    "read_claim": EVERYBODY,
    "read_activity": EVERYBODY,
    "read_tariff": EVERYBODY,
    "read_transmission": RUNS,
    "send_again": RUNS,
    "see_state": RUNS,
}

# What software may do, by the scope of its token. The hub holds `jobs`: it prepares quotes and never buys.
JOBS, POLICIES, RECONCILIATION = "jobs", "policies", "reconciliation"
SCOPES_MAY: dict[str, frozenset[str]] = {
    "create_job": frozenset({JOBS}),
    "read_job": frozenset({JOBS}),
    "quote_job": frozenset({JOBS}),
    "choose_offer": frozenset({JOBS}),
    "withdraw_job": frozenset({JOBS}),
    "bind_job": frozenset({POLICIES}),
    "read_policy": frozenset({JOBS, POLICIES}),
    "read_document": frozenset({JOBS, POLICIES}),
    "reconcile": frozenset({RECONCILIATION}),
}
