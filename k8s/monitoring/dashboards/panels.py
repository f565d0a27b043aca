"""What the dashboards are made of, as Grafana's dashboard JSON has it: so little of it that a reader sees the queries."""

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
WIDTH = 24  # of a dashboard, in Grafana's columns
GREEN, YELLOW, RED, BLUE = "green", "orange", "red", "blue"


def query(expr, legend=""):
    """One query and the name of its series; none where Grafana's own, all the labels, will do."""
    return {"expr": " ".join(expr.split()), "legendFormat": legend or "__auto"}


def thresholds(*steps):
    """Green up to the first value, then the colour that stands beside each."""
    return [{"value": None, "color": GREEN}] + [{"value": value, "color": color} for value, color in steps]


def above(warning, critical):
    return thresholds((warning, YELLOW), (critical, RED))


def below(critical, warning):
    """Red up to the first value, then orange, then green."""
    return [{"value": None, "color": RED}, {"value": critical, "color": YELLOW}, {"value": warning, "color": GREEN}]


def _panel(kind, title, unit, says, queries, width, height, steps, options, custom=None, limits=None, none=None,
           mappings=None):
    defaults = {"unit": unit, "thresholds": {"mode": "absolute", "steps": steps or thresholds()}}
    if custom:
        defaults["custom"] = custom
    if none:
        defaults["noValue"] = none
    if mappings:
        defaults["mappings"] = mappings
    low, high = limits or (None, None)
    if low is not None:
        defaults["min"] = low
    if high is not None:
        defaults["max"] = high
    return {
        "type": kind, "title": title, "description": " ".join(says.split()), "datasource": DATASOURCE,
        "gridPos": {"w": width, "h": height, "x": 0, "y": 0},
        "fieldConfig": {"defaults": defaults, "overrides": []}, "options": options,
        "targets": [{**each, "refId": chr(ord("A") + i), "datasource": DATASOURCE, "range": True}
                    for i, each in enumerate(queries)],
    }


def graph(title, unit, says, *queries, width=8, height=8, steps=None, stacked=False, limits=(0, None), none=None):
    """Lines over time; thresholds are dashed lines."""
    return _panel(
        "timeseries", title, unit, says, queries, width, height, steps, none=none, limits=limits,
        options={
            "legend": {"displayMode": "table" if width >= 12 else "list", "placement": "bottom", "showLegend": True,
                       "calcs": ["lastNotNull", "max"] if width >= 12 else []},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        custom={
            "drawStyle": "line", "lineWidth": 1, "fillOpacity": 30 if stacked else 10, "showPoints": "never",
            "spanNulls": False, "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
            "thresholdsStyle": {"mode": "dashed" if steps else "off"},
        })


def stat(title, unit, says, *queries, width=4, height=4, steps=None, none=None, name=False):
    """One number now, with its recent course behind it; with ``name`` the name of the series instead."""
    return _panel(
        "stat", title, unit, says, queries, width, height, steps, none=none,
        options={
            "graphMode": "none" if name else "area", "colorMode": "value", "justifyMode": "auto",
            "textMode": "name" if name else "auto", "wideLayout": True, "showPercentChange": False,
            "percentChangeColorMode": "standard", "orientation": "auto",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        })


def timeline(title, says, *queries, width=12, height=6):
    """Which state it was in when: series that are 1 or 0."""
    now = {"type": "value", "options": {"1": {"text": "yes", "color": BLUE, "index": 0},
                                        "0": {"text": "no", "color": "transparent", "index": 1}}}
    return _panel(
        "state-timeline", title, "none", says, queries, width, height, None, mappings=[now],
        options={"showValue": "never", "rowHeight": 0.9, "mergeValues": True, "alignValue": "left",
                 "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
                 "tooltip": {"mode": "single", "sort": "none"}},
        custom={"lineWidth": 0, "fillOpacity": 70})


def note(title, markdown, width=24, height=4):
    """Words, for what cannot be shown."""
    return {"type": "text", "title": title, "description": "", "gridPos": {"w": width, "h": height, "x": 0, "y": 0},
            "options": {"mode": "markdown", "content": " ".join(markdown.split())}}


def choice(name, label, of, metric):
    """A variable: some or all values of a label of a metric."""
    values = f"label_values({metric}, {of})"
    return {"type": "query", "name": name, "label": label, "datasource": DATASOURCE, "definition": values,
            "query": {"query": values, "refId": name}, "refresh": 2, "sort": 1, "multi": True, "includeAll": True,
            "allValue": ".*", "current": {"text": "All", "value": "$__all"}}


def dashboard(uid, title, says, choices, *rows):
    """``rows``: each a title and its panels, which are laid out from left to right."""
    panels = []
    y = 0
    for name, *members in rows:
        panels.append({"type": "row", "title": name, "collapsed": False, "panels": [],
                       "gridPos": {"w": WIDTH, "h": 1, "x": 0, "y": y}})
        y += 1
        x = tallest = 0
        for each in members:
            place = each["gridPos"]
            if x + place["w"] > WIDTH:
                x, y, tallest = 0, y + tallest, 0
            place["x"], place["y"] = x, y
            x, tallest = x + place["w"], max(tallest, place["h"])
            panels.append(each)
        y += tallest
    for number, each in enumerate(panels, start=1):
        each["id"] = number
    source = {"type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "refresh": 1,
              "current": {"text": "Prometheus", "value": "prometheus"}}
    links = [{"title": "LiveKit and Keyturn", "type": "dashboards", "icon": "external link", "tooltip": "", "url": "",
              "tags": ["keyturn"], "asDropdown": True, "targetBlank": False, "includeVars": False, "keepTime": True}]
    return {
        "uid": uid, "title": title, "description": " ".join(says.split()), "tags": ["keyturn", "livekit"],
        "schemaVersion": 39, "version": 1, "editable": True, "graphTooltip": 1, "timezone": "browser",
        "refresh": "30s", "time": {"from": "now-3h", "to": "now"}, "templating": {"list": [source, *choices]},
        "annotations": {"list": []}, "links": links, "panels": panels,
    }
