#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""dashboard.py lint FILE - what is wrong with that dashboard, a line each
dashboard.py queries FILE - its queries as a test for promtool: each has to give a sample of the fixture
dashboard.py types FILE - it as TypeScript, for tsc and the types of @grafana/schema

The rules of lint are those that Grafana's dashboard-linter is known for, written anew: whoever installs the dashboard has
another datasource, other jobs and another scrape interval.
"""

import json
import re
import sys

import fixture

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Grafana takes any text for a unit and shows it; these are the ones it knows that we use.
UNITS = {"short", "reqps", "cps", "ops", "s", "percentunit", "bool_yes_no"}
SELECTOR = re.compile(r"\b((?:tcp_listenq|node)_[a-z_]+|ALERTS)(\{[^}]*\})?")
COUNTER = re.compile(r"_(total|sum|count|bucket)$")
MINUTES = 60


def panels(dashboard):
    return [p for p in dashboard["panels"] if p["type"] != "row"]


def lint_variables(dashboard):
    variables = {v["name"]: v for v in dashboard["templating"]["list"]}
    source = variables.get("datasource", {})
    if (source.get("type"), source.get("query")) != ("datasource", "prometheus"):
        yield "no variable datasource for a Prometheus"
    for name in "job", "instance", "unit", "port":
        v = variables.get(name, {})
        if v.get("datasource") != DATASOURCE or "label_values(" not in str(v.get("query")):
            yield f"no variable {name} of the datasource's labels"
        if not (v.get("multi") and v.get("includeAll") and v.get("allValue") and v.get("refresh") == 2):
            yield f"variable {name}: not several, not all of them, or not looked for again with the time"
    for used in set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(dashboard))) - set(variables):
        yield f"${used} is no variable"


def lint_places(dashboard):
    taken = {}
    ids = [p["id"] for p in dashboard["panels"]]
    if len(set(ids)) != len(ids):
        yield "two panels have the same id"
    for p in dashboard["panels"]:
        g = p["gridPos"]
        if g["x"] + g["w"] > 24:
            yield f"{p['title']}: wider than the page"
        for cell in ((x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])):
            if taken.setdefault(cell, p["title"]) != p["title"]:
                yield f"{p['title']}: lies on {taken[cell]}"
                break


def lint_query(query):
    for name, labels in SELECTOR.findall(query):
        for label in "job", "instance":
            if f'{label}=~"${label}"' not in labels:
                yield f"{name} is not asked by {label}"
        if COUNTER.search(name) and not re.search(r"\b(rate|increase)\(" + re.escape(name + labels), query):
            yield f"{name} is a counter, of which only the growth says something"
    for window in re.findall(r"\[([^\]]*)\]", query):
        if window != "$__rate_interval":
            yield f"[{window}] is right for one scrape interval only"


def lint_panel(panel):
    for key in "title", "description":
        if not panel.get(key):
            yield f"no {key}"
    if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
        yield "no unit, or an unknown one"
    if panel.get("datasource") != DATASOURCE:
        yield "not of the variable datasource"
    if not panel.get("targets"):
        yield "no query"
    refs = [t.get("refId") for t in panel.get("targets", [])]
    if len(set(refs)) != len(refs):
        yield "two queries of one name"
    for t in panel.get("targets", []):
        if t.get("datasource") != DATASOURCE:
            yield f"query {t['refId']}: not of the variable datasource"
        for what in lint_query(t.get("expr", "")):
            yield f"query {t['refId']}: {what}"


def lint(dashboard):
    if dashboard["editable"] or not dashboard["uid"] or not dashboard["title"]:
        yield "editable, or without uid or title"
    yield from lint_variables(dashboard)
    for a in dashboard["annotations"]["list"]:
        if "target" in a:
            if a["datasource"] != DATASOURCE:
                yield f"annotation {a['name']}: not of the variable datasource"
            yield from (f"annotation {a['name']}: {what}" for what in lint_query(a["target"]["expr"]))
    yield from lint_places(dashboard)
    for p in panels(dashboard):
        for what in lint_panel(p):
            yield f"{p['title'] or p['id']}: {what}"


def replaced(query):
    """With a value for each variable, as Grafana would ask."""
    query = query.replace("$__rate_interval", "4m")
    return re.sub(r"\$(job|instance|unit|port)\b", ".*", query)


def queries(dashboard):
    """What is empty has no count, so each has to be 1. Annotations and variables are no panels and have no samples to show."""
    asked = [t["expr"] for p in panels(dashboard) for t in p["targets"]]
    return {
        "evaluation_interval": "1m",
        "tests": [{
            "interval": "1m",
            "input_series": fixture.input_series(MINUTES),
            "promql_expr_test": [{
                "expr": f"count({replaced(query)}) > bool 0",
                "eval_time": f"{MINUTES}m",
                "exp_samples": [{"labels": "{}", "value": 1}],
            } for query in asked],
        }],
    }


# A string enum takes no text, so the types are made plain: what an enum has as text is what JSON has.
PLAIN = """
type Plain<T> = 0 extends 1 & T ? T
	: T extends string ? `${T}`
	: T extends number | boolean | null | undefined ? T
	: T extends Array<infer U> ? Array<Plain<U>>
	: T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type PrometheusAnnotation = AnnotationQuery<DataQuery & { expr?: string }> & { tagKeys?: string; titleFormat?: string };
type Annotations = { list: PrometheusAnnotation[] };
"""


def types(dashboard):
    """The dashboard as a Dashboard; options and custom fields again, which a Dashboard takes as they are."""
    out = ["import type { AnnotationQuery, Dashboard, DataQuery } from '@grafana/schema';"]
    for kind in sorted({p["type"] for p in panels(dashboard)}):
        name = {"timeseries": "TimeSeries"}.get(kind, kind.capitalize())
        out.append(f"import type * as {kind} from '@grafana/schema/dist/esm/raw/composable/{kind}/panelcfg/x/"
                   f"{name}PanelCfg_types.gen';")
    out.append(PLAIN)
    out.append(f"export const dashboard: Plain<Omit<Dashboard, 'annotations'> & "
               f"{{ annotations: Annotations }}> = {json.dumps(dashboard, indent=1)};")
    for p in panels(dashboard):
        out.append(f"export const options{p['id']}: Plain<{p['type']}.Options> = {json.dumps(p['options'])};")
        custom = p["fieldConfig"]["defaults"].get("custom")
        if custom is not None:
            out.append(f"export const custom{p['id']}: Partial<Plain<{p['type']}.FieldConfig>> = {json.dumps(custom)};")
    return "\n".join(out)


def main():
    what, name = sys.argv[1:]
    with open(name, encoding="utf-8") as file:
        dashboard = json.load(file)
    if what == "lint":
        objections = list(lint(dashboard))
        for what in objections:
            print(what)
        sys.exit(bool(objections))
    if what == "queries":
        print(json.dumps(queries(dashboard), indent=1))
    else:
        print(types(dashboard))


main()
