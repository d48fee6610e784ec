"""Counts the figures again, from the same histories and from nothing else. Shares no line with the program."""
import datetime, json, sys

def at(text):
    try:
        return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
    except (AttributeError, ValueError):
        return None

def original(entries, entry):
    """The entry at the end of a chain of rollbacks, and how many there are on the way."""
    steps = 0
    while entry["action"] == "rollback" and entry.get("reverses") and entry["reverses"] < entry["seq"]:
        entry, steps = entries[entry["reverses"] - 1], steps + 1
    return entry, steps

def deed(entries, entry):
    if entry["action"] != "rollback":
        names = {"apply": "applied", "heal": "repaired", "toggle": "switched"}
        is_other = entry["action"] in ("accept", "scripts") or entry["action"] == "checked" and entry.get("checks_due")
        return "other" if is_other else names.get(entry["action"], entry["action"])
    first, steps = original(entries, entry)
    went = steps % 2 == 1 if first["action"] != "rollback" else steps % 2 == 0
    return {"heal": "repaired", "toggle": "switched"}.get(first["action"], "rolled-back" if went else "reapplied")

def main():
    said = json.load(sys.stdin)
    since, until = said["since"], said["until"]
    times, no_data, deeds, shares, undated = {}, {}, {}, {}, []
    def note(table, figure, *what):
        table.setdefault(figure, []).append(list(what))
    def timed(figure, ref, seconds):
        note(no_data, figure, *ref) if seconds is None or seconds < 0 else note(times, figure, *ref, seconds)
    for folder, history in enumerate(said["histories"]):
        entries, latest, when = history["entries"], None, {}
        for entry in entries:
            moment = at(entry["time"])
            when[entry["seq"]] = moment if moment is not None and (latest is None or moment >= latest) else None
            latest = max([m for m in (latest, moment) if m is not None], default=None)
        def stopped(entry):
            kinds = {fact["kind"] for fact in entry.get("facts", [])}
            return entry["action"] == "rollback" and "stopped-check" in kinds and "failed-check" not in kinds
        def unasked(entry):
            return (entry["action"] == "rollback" and not entry.get("reason") and not stopped(entry)
                    and any(not check["passed"] for check in entry.get("checks", [])))
        def undoes(entry):
            if entry["action"] != "rollback":
                return []
            if (unasked(entry) or stopped(entry)) and entry.get("reverses"):
                return [entry["reverses"]]
            if not entry.get("reverses"):
                return [gone["entry"] for gone in entry.get("out", [])]
            first, steps = original(entries, entry)
            return [first["seq"]] if steps % 2 == 1 else []
        for entry in entries:
            seq, now, did = entry["seq"], when[entry["seq"]], deed(entries, entry)
            about = (entry.get("patch") or {}).get("id", "")
            ref = [folder, seq, about]
            if now is None:
                undated.append(ref)
            if now is None or not since <= now <= until:
                continue
            later = [other for other in entries if other["seq"] > seq and seq in undoes(other)]
            failed = did not in ("checked", "other") and any(unasked(other) for other in later)
            halted = not failed and did not in ("checked", "other") and any(stopped(other) for other in later)
            ends = (unasked(entry) or stopped(entry)) and undoes(entry)
            if not ends:
                note(deeds, "put-back" if failed else "stopped" if halted else did, *ref)
            down = entry.get("downtime")
            if down and at(down["from"]) is not None and at(down["until"]) is not None:
                timed("downtime", ref, at(down["until"]) - at(down["from"]))
            if did == "applied" and not halted:
                if not failed:
                    patch = history["patches"].get(str(seq)) if about else None
                    if about:
                        opened = [at(day if "T" in day else day + "T00:00:00Z") for day in (patch["opened"] if patch else [])]
                        timed("time_to_apply", ref, now - min(opened) if opened else None)
                        timed("time_since_made", ref, now - at(patch["created"]) if patch else None)
                        timed("change_lead_time", ref, now - at(patch["committed"]) if patch and at(patch["committed"]) else None)
                    planned = patch and (True if patch["mends"] else patch["unplanned"])
                    if planned is None:
                        note(shares, "deployment_rework_rate no data", *ref)
                    else:
                        note(shares, "deployment_rework_rate of", *ref)
                        if planned:
                            note(shares, "deployment_rework_rate", *ref)
                    known = patch["published"] if patch else {}
                    for id in list(known) + [id for id in entry.get("resolved", []) if id not in known]:
                        out = at(known.get(id))
                        timed("exposure", [folder, seq, id], None if out is None else max(0, now - out))
                def mends(other):
                    patch = history["patches"].get(str(other["seq"])) if other.get("patch") else None
                    if other["action"] != "apply" or not patch or other["seq"] <= seq or about not in patch["mends"]:
                        return False
                    came = [e["seq"] for e in entries[:other["seq"] - 1]
                            if e["action"] == "apply" and (e.get("patch") or {}).get("id") == about]
                    return came[-1] == seq
                bad = [o for o in entries if o in later and (unasked(o) or (o.get("reason") or {}).get("kind") == "fault")
                       or about and mends(o)]
                if bad and when[bad[0]["seq"]] is None:
                    note(shares, "change_fail_rate no data", *ref)
                else:
                    note(shares, "change_fail_rate of", *ref)
                    after = when[bad[0]["seq"]] - now if bad else None
                    if bad and after <= 7 * 86400:
                        note(shares, "change_fail_rate", *ref)
                        timed("failed_deployment_recovery_time", ref, after)
            if did not in ("checked", "other") and not ends and not halted:
                note(shares, "success_rate of", *ref)
                if did != "put-back" and not failed:
                    note(shares, "success_rate", *ref)
            before = [other for other in entries[:seq - 1] if deed(entries, other) != "other"]
            if did == "checked" and before and before[-1]["action"] == "apply":
                begun = at(entry["begun"]) if entry.get("begun") else now
                timed("time_of_change", ref, None if begun is None else now - begun)
    counted = {"times": times, "no_data": no_data, "deeds": deeds, "shares": shares, "undated": {"": undated}}
    json.dump({name: {figure: sorted(rows) for figure, rows in table.items() if rows}
               for name, table in counted.items()}, sys.stdout)

main()
