def result_of(pack, rules, answers):
    return None
