# SPDX-License-Identifier: Apache-2.0
"""The CEL rules of the definitions: their types are the schema's, and they decide as the operator does, by two implementations."""
import re

import yaml


def rules(schema, path=()):
    for rule in schema.get("x-kubernetes-validations", []):
        yield path, schema, rule
    for key, inner in schema.get("properties", {}).items():
        yield from rules(inner, path + (key,))
    if isinstance(schema.get("items"), dict):
        yield from rules(schema["items"], path + ("[]",))
    if isinstance(schema.get("additionalProperties"), dict):
        yield from rules(schema["additionalProperties"], path + ("{}",))


# What stands where a rule stands, and whether the rule must hold; the operator's own tests decide the same.
EXAMPLES = {
    "serviceAccountName has no effect": [
        ({}, True), ({"placement": "Operator"}, True), ({"placement": "Workload", "serviceAccountName": "a"}, True),
        ({"serviceAccountName": "a"}, True), ({"placement": "Operator", "serviceAccountName": "a"}, False)],
    "imagePullSecrets has no effect": [
        ({"placement": "Operator", "imagePullSecrets": []}, True), ({"imagePullSecrets": ["a"]}, True),
        ({"placement": "Operator", "imagePullSecrets": ["a"]}, False)],
    "In and NotIn need": [
        ({"key": "a", "operator": "In", "values": ["b"]}, True), ({"key": "a", "operator": "In"}, False),
        ({"key": "a", "operator": "NotIn", "values": []}, False), ({"key": "a", "operator": "Exists"}, True),
        ({"key": "a", "operator": "Exists", "values": []}, True), ({"key": "a", "operator": "DoesNotExist", "values": ["b"]}, False)],
    "schedule stands beside": [
        ({"schedule": "@daily"}, True), ({"intervalSeconds": 60}, True), ({}, True),
        ({"schedule": "@daily", "intervalSeconds": 60}, False)],
    "timeZone has no effect": [({"schedule": "@daily", "timeZone": "UTC"}, True), ({}, True), ({"timeZone": "UTC"}, False)],
    "range is for SemVer": [
        ({"range": "1.x"}, True), ({"type": "SemVer", "range": "1.x"}, True), ({"type": "CalVer"}, True),
        ({"type": "CalVer", "range": "1.x"}, False)],
}


def by_python(rule):
    """The rule as cel-python takes it: a function of what `self` is."""
    import celpy
    from celpy.adapter import json_to_cel
    environment = celpy.Environment()
    program = environment.program(environment.compile(rule))
    return lambda value: bool(program.evaluate({"self": json_to_cel(value)}))


def by_cpp(rule):
    """The same by CEL's own implementation in C++."""
    from cel_expr_python import cel
    program = cel.NewEnv(variables={"self": cel.Type.Map(cel.Type.STRING, cel.Type.DYN)}).compile(rule)
    return lambda value: program.eval(data={"self": value}).plain_value()


def declaration(schema):
    """A structural schema's type in CEL."""
    from cel_expr_python import cel
    kind = schema.get("type")
    if kind == "array":
        return cel.Type.List(declaration(schema.get("items", {})))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return cel.Type.Map(cel.Type.STRING, declaration(schema["additionalProperties"]))
    return {"string": cel.Type.STRING, "integer": cel.Type.INT, "boolean": cel.Type.BOOL}.get(kind, cel.Type.DYN)


def mistyped(rule, schema):
    """What a type checker that knows the schema has against a rule; an API server would refuse such a definition."""
    from cel_expr_python import cel
    members = schema.get("properties", {})
    unknown = {name for name in re.findall(r"\bself\.(\w+)", re.sub(r"'[^']*'", "''", rule)) if name not in members}
    if unknown:
        return f"no such fields: {', '.join(sorted(unknown))}"
    # Fields are declared by their full names, of which `has` knows nothing; of it only the type matters here.
    variables = {"present": cel.Type.BOOL} | {f"self.{name}": declaration(member) for name, member in members.items()}
    try:
        found = cel.NewEnv(variables=variables).compile(re.sub(r"\bhas\(self\.\w+\)", "present", rule)).return_type()
    except Exception as error:  # the binding raises its own kinds
        return str(error).strip().splitlines()[0]
    return None if found == cel.Type.BOOL else f"it is of type {found.name()}"


# What stands in a rule, and what in its place must be found out.
SPOILT_RULES = [("self.placement != 'Operator'", "self.placment != 'Operator'"), ("self.placement != 'Operator'", "self.placement != 1"),
                ("size(self.imagePullSecrets)", "size(self.imagePullSecrets, 1)"), ("size(self.values) > 0", "size(self.values)"),
                ("self.operator in ['In', 'NotIn']", "self.operator in [1, 2]")]


def judge(report, folder):
    """Every rule of the definitions in that folder."""
    judges, spoilt_rules = {"cel-python": by_python, "CEL's C++": by_cpp}, set()
    for path in sorted(folder.glob("*.yaml")):
        for version in yaml.safe_load(path.read_text())["spec"]["versions"]:
            for place, schema, rule in rules(version["schema"]["openAPIV3Schema"]):
                examples = next((value for key, value in EXAMPLES.items() if rule["message"].startswith(key)), None)
                title = f"CEL at {'.'.join(place)}: {rule['message']}"
                report.case(f"types of {title}", mistyped(rule["rule"], schema))
                if not examples:
                    report.case(title, "no example of it; add one to EXAMPLES")
                    continue
                for name, judge in judges.items():
                    decide = judge(rule["rule"])
                    wrong = [str(value) for value, holds in examples if decide(value) != holds]
                    report.case(f"{name}, {title}", wrong and "decides otherwise: " + ", ".join(wrong))
                spoilt_rules |= {(before, after, mistyped(rule["rule"].replace(before, after), schema))
                                 for before, after in SPOILT_RULES if before in rule["rule"]}
    for before, after in SPOILT_RULES:
        said = [problem for first, second, problem in spoilt_rules if (first, second) == (before, after)]
        report.case(f"found out: {after} ({said[0] if said else None})", None if said and all(said) else f"nobody minds, or no rule has {before}")
