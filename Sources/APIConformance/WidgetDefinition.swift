// SPDX-License-Identifier: Apache-2.0
import Essentials

extension ConformanceRun {
    static let widgetDefinition: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.conformance.watchbill.dev"],
        "spec": [
            "group": "conformance.watchbill.dev", "scope": "Namespaced",
            "names": ["plural": "widgets", "singular": "widget", "kind": "Widget"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                    "schema": ["openAPIV3Schema": widgetSchema],
                ]
            ],
        ],
    ]

    private static let widgetSchema: JSONValue = [
        "type": "object",
        "properties": [
            "spec": [
                "type": "object", "required": ["size"],
                "properties": [
                    "size": ["type": "integer", "minimum": 1],
                    "color": ["type": "string", "enum": ["red", "blue"], "default": "red"],
                    "parts": keyedList("name", ["name": ["type": "string"], "count": ["type": "integer"]]),
                    "tags": ["type": "array", "items": ["type": "string"]],
                    "words": ["type": "array", "x-kubernetes-list-type": "set", "items": ["type": "string"]],
                    "notes": ["type": "object", "additionalProperties": ["type": "string"]],
                ],
            ],
            "status": [
                "type": "object",
                "properties": [
                    "phase": ["type": "string"],
                    "conditions": keyedList("type", ["type": ["type": "string"], "status": ["type": "string"]]),
                ],
            ],
        ],
    ]

    private static func keyedList(_ key: String, _ properties: JSONValue) -> JSONValue {
        [
            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [.string(key)],
            "items": ["type": "object", "required": [.string(key)], "properties": properties],
        ]
    }
}
