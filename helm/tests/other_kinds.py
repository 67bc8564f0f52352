# SPDX-License-Identifier: Apache-2.0
"""Kinds of other projects, by models that were made from their definitions; a field that a model drops is none of theirs."""
import copy


def lost(before, after, path=""):
    """Paths of members that are in the first and not in the second."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [found for key, value in before.items() for found in
                (lost(value, after[key], f"{path}.{key}") if key in after else [f"{path}.{key}"])]
    if isinstance(before, list) and isinstance(after, list):
        return [found for index, pair in enumerate(zip(before, after)) for found in lost(*pair, f"{path}[{index}]")]
    return []


def judge(report, sources):
    """Every object of a known kind in `sources`, pairs of a title and objects."""
    from cloudcoil.models.fluxcd import helm, kustomize, source
    from cloudcoil.models.prometheus_operator import v1 as prometheus
    models = {"ServiceMonitor": prometheus.ServiceMonitor, "HelmRelease": helm.v2.HelmRelease,
              "GitRepository": source.v1.GitRepository, "Kustomization": kustomize.v1.Kustomization}

    def problem(item):
        try:
            model = models[item["kind"]].model_validate(item)
        except ValueError as error:
            return str(error)
        missing = lost(item, model.model_dump(mode="json", by_alias=True, exclude_unset=True))
        return "unknown: " + ", ".join(missing) if missing else None

    seen, monitor = set(), None
    for title, items in sources:
        for item in items:
            if item["kind"] in models:
                seen.add(item["kind"])
                monitor = item if item["kind"] == "ServiceMonitor" else monitor
                report.case(f"{title}, {item['kind']} {item['metadata']['name']}", problem(item))
    report.case("every kind was judged", seen ^ set(models) or None)
    for title, change in [("a field that is not", {"endpoint": []}), ("a list that is none", {"endpoints": "metrics"})]:
        wrong = copy.deepcopy(monitor)
        wrong["spec"].update(change)
        report.case(f"found out: {title}", None if problem(wrong) else "nothing was found")
