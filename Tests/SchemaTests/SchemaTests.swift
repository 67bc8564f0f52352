// SPDX-License-Identifier: Apache-2.0
import Essentials
import Testing

@testable import Schema

struct SchemaTests {
    let schema = Schema.object(
        "A watch.",
        [
            "suspend": .boolean(), "retries": .integer(minimum: 0, maximum: 10, defaultValue: 3),
            "severity": .oneOf("", ["Low", "High"]), "due": .time(), "cpu": .integerOrString(),
            "name": .string(pattern: "^[a-z]+$", maximumLength: 5),
            "labels": .map(of: .string(), maximumCount: 2),
            "images": .array(of: .string(minimumLength: 1), list: .set, maximumCount: 2),
            "tolerations": .array(of: .object("", ["key": .string(), "value": .string()]), list: .map(keys: ["key"])),
            "raw": .anything(),
            "job": .object("", ["timeout": .integer(defaultValue: 60)], required: ["timeout"]),
        ], required: ["name"])

    @Test(
        arguments: [
            (["name": "abc"], ""),
            ([:], "spec.name: Required value"),
            (["name": "ABC"], #"spec.name: Invalid value: "ABC": spec.name in body should match '^[a-z]+$'"#),
            (["name": "abcdef"], "spec.name: Too long: may not be more than 5 bytes"),
            (
                ["name": "a", "suspend": "yes"],
                #"spec.suspend: Invalid value: "string": spec.suspend in body must be of type boolean: "string""#
            ),
            (
                ["name": "a", "suspend": .null],
                #"spec.suspend: Invalid value: "null": spec.suspend in body must be of type boolean: "null""#
            ),
            (
                ["name": "a", "retries": 11],
                "spec.retries: Invalid value: 11: spec.retries in body should be less than or equal to 10"
            ),
            (
                ["name": "a", "retries": -1],
                "spec.retries: Invalid value: -1: spec.retries in body should be greater than or equal to 0"
            ),
            (
                ["name": "a", "retries": .number("1.5")],
                #"spec.retries: Invalid value: "number": spec.retries in body must be of type integer: "number""#
            ),
            (
                ["name": "a", "severity": "low"],
                #"spec.severity: Unsupported value: "low": supported values: "Low", "High""#
            ),
            (
                ["name": "a", "due": "tomorrow"],
                #"spec.due: Invalid value: "tomorrow": spec.due in body must be of type date-time: "tomorrow""#
            ),
            (
                ["name": "a", "due": "2030-06-30T23:59:60Z"],
                #"spec.due: Invalid value: "2030-06-30T23:59:60Z": spec.due in body must be of type date-time: "2030-06-30T23:59:60Z""#
            ),
            (
                ["name": "a", "cpu": true],
                #"spec.cpu: Invalid value: "boolean": spec.cpu in body must be of type integer or string: "boolean""#
            ),
            (
                ["name": "a", "labels": ["a": 1]],
                #"spec.labels["a"]: Invalid value: "integer": spec.labels["a"] in body must be of type string: "integer""#
            ),
            (
                ["name": "a", "labels": ["a": "", "b": "", "c": ""]],
                "spec.labels: Too many: 3: must have at most 2 items"
            ),
            (["name": "a", "images": ["x", "x"]], #"spec.images[1]: Duplicate value: "x""#),
            (
                ["name": "a", "images": [""]],
                #"spec.images[0]: Invalid value: "": spec.images[0] in body should be at least 1 chars long"#
            ),
            (
                ["name": "a", "tolerations": [["key": "x"], ["key": "x", "value": "1"]]],
                #"spec.tolerations[1]: Duplicate value: {"key":"x"}"#
            ),
            (["name": "a", "job": [:]], "spec.job.timeout: Required value"),
            (["name": "a", "raw": ["any": [1, .null]]], ""),
            (["name": "a", "unknown": 1], ""),
            ("text", #"spec: Invalid value: "string": spec in body must be of type object: "string""#),
        ] as [(JSONValue, String)])
    func `says what is wrong in the API server's words`(value: JSONValue, expected: String) {
        #expect(schema.validate(value, path: "spec").map(\.description).joined(separator: "\n") == expected)
    }

    @Test func `refuses unknown fields where asked to`() {
        let violations = schema.validate(["name": "a", "nmae": 1, "raw": ["any": 1]], unknownFields: .refused)
        #expect(violations.map(\.path) == [#""nmae""#])
        #expect(violations.first?.message.hasPrefix("unknown field; remove it or use one of: cpu, due") == true)
    }

    @Test func `never says more than 32 things and never at length`() {
        let hostile = JSONValue.string(String(repeating: "\u{202E}\u{1B}x", count: 10_000))
        let many = Schema.array(of: .boolean()).validate(.array(Array(repeating: hostile, count: 1_000)))
        #expect(many.count == 32)
        let one = Schema.oneOf("", ["a"]).validate(hostile)
        #expect(
            one.first.map { $0.message.utf8.count < 1_000 && !$0.message.unicodeScalars.contains("\u{202E}") } == true)
    }

    @Test func `prunes what is not named and keeps what is free`() {
        let value: JSONValue = [
            "name": "a", "x": 1, "raw": ["x": 1], "labels": ["x": "1"], "tolerations": [["key": "a", "x": 1]],
        ]
        #expect(
            schema.pruned(value) == ["name": "a", "raw": ["x": 1], "labels": ["x": "1"], "tolerations": [["key": "a"]]])
    }

    @Test func `fills in defaults of what is absent or null, and not of what is not there to have them`() {
        #expect(schema.defaulted(["job": [:], "retries": .null]) == ["job": ["timeout": 60], "retries": 3])
        #expect(schema.defaulted(["retries": 1]) == ["retries": 1])
    }

    @Test func `lets a list through for a time where the API server does, and nowhere else`() {
        for list in [[], [1], [["a": [[]]]]] as [JSONValue] {
            #expect(schema.validate(["name": "a", "due": list], path: "spec", as: .apiServer) == [])
            #expect(schema.validate(["name": "a", "due": list], path: "spec").map(\.path) == ["spec.due"])
        }
        let refused: [(String, JSONValue)] = [
            ("due", 7), ("due", ["a": 1]), ("severity", []), ("name", ["a"]), ("retries", [1]),
        ]
        for (name, value) in refused {
            var document: JSONValue = ["name": "a"]
            document[name] = value
            #expect(schema.validate(document, as: .apiServer).map(\.path) == [name])
        }
    }

    @Test func `takes nulls and whole numbers as the API server does before it validates`() {
        #expect(
            schema.normalized(["name": .null, "retries": .null]) == ["retries": .null], "the default takes its place")
        #expect(schema.normalized(["labels": ["a": .null, "b": "x"]]) == ["labels": ["b": "x"]])
        #expect(schema.normalized(["images": [.null]]) == ["images": [.null]], "a null in a list is refused")
        let numbers: [String: Int64?] = [
            "1.0": 1, "1e1": 10, "-0.0": 0, "1E400": nil, "1.5": nil, "9007199254740992.0": nil, "1e-400": 0,
        ]
        for (text, expected) in numbers {
            let value = JSONValue.number(text)
            #expect(schema.normalized(["retries": value]) == ["retries": expected.map(JSONValue.integer) ?? value])
            #expect(schema.normalized(["cpu": value]) == ["cpu": expected.map(JSONValue.integer) ?? value])
        }
        #expect(schema.normalized(["raw": [.number("1.0")]]) == ["raw": [.number("1.0")]])
    }

    @Test func `renders the dialect of a CustomResourceDefinition`() {
        let rendered = schema.rendered()
        #expect(
            rendered["type"] == "object" && rendered["description"] == "A watch." && rendered["required"] == ["name"])
        let properties = rendered["properties"]
        #expect(
            properties?["retries"] == ["type": "integer", "format": "int64", "minimum": 0, "maximum": 10, "default": 3])
        #expect(properties?["severity"] == ["type": "string", "enum": ["Low", "High"]])
        #expect(properties?["due"] == ["type": "string", "format": "date-time"])
        #expect(properties?["raw"] == ["x-kubernetes-preserve-unknown-fields": true])
        #expect(
            properties?["labels"] == ["type": "object", "additionalProperties": ["type": "string"], "maxProperties": 2])
        #expect(properties?["tolerations"]?["x-kubernetes-list-map-keys"] == ["key"])
        #expect(properties?["images"]?["x-kubernetes-list-type"] == "set")
        #expect(properties?["cpu"]?["x-kubernetes-int-or-string"] == true)
    }
}
