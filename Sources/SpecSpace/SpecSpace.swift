// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Schema

/// Custom resources made from the schema of their kind: every field absent, null, at its bounds, beyond them, of a wrong type and
/// hostile, alone and in pairs. A pure function of the kind, a seed and a count.
package struct SpecSpace: Sendable {
    package let resource: ResourceType
    /// A document that the schema accepts; the cases are changes of it, and it is what heals.
    package let base: JSONValue
    private let schema: Schema
    /// By place.
    private let edits: [[SpecEdit]]

    /// - Parameter base: nil for the smallest document that there is.
    package init(_ definition: CustomResourceDefinition, base: JSONValue? = nil) {
        resource = definition.resource
        var schema = definition.schema
        // What is created or replaced has no status: that is written through a path of its own.
        if definition.hasStatus, case .object(var rules) = schema.shape {
            rules.properties["status"] = nil
            schema.shape = .object(rules)
        }
        self.schema = schema
        self.base = base ?? schema.sample()
        let places = Dictionary(grouping: schema.inner(at: ""), by: \.path)
        edits = places.sorted { $0.key < $1.key }.map(\.value)
    }

    /// One for every kind.
    package static var all: [SpecSpace] {
        CustomResourceDefinition.all.map { SpecSpace($0, base: bases[$0.resource.kind]) }
    }

    /// Documents that do something, where the smallest one does not.
    private static let bases: [String: JSONValue] = [
        "ScanPolicy": ["spec": ["workloads": ["selector": [:]], "reports": ["retentionSeconds": 60]]],
        "ImageWatch": ["spec": ["workloads": [:]]],
        "Channel": ["spec": ["webhook": ["url": "https://hooks.example.org/x"]]],
        // One that the operator can read: of the smallest it would not look beyond the digest.
        "ScanReport": [
            "image": [
                "reference": "registry.example.org/team/app0:v1", "platform": "linux/amd64",
                "digest": .string("sha256:" + String(repeating: "d", count: 64)),
            ],
            "scanner": ["scanners": ["Vulnerability"]], "scanTime": "2026-01-01T00:00:00Z", "summary": [:],
        ],
    ]

    /// Every place that is changed.
    var places: [String] { edits.compactMap(\.first?.path) }

    /// How many different single changes there are.
    package var size: Int { edits.reduce(0) { $0 + $1.count } }

    /// Every place gets its turn before one gets its second; a third of all cases changes two places.
    package func cases(seed: UInt64, count: Int) -> [SpecCase] {
        var deck = SpecDeck(edits, SeededGenerator(seed: seed))
        return (0..<count).compactMap { index in
            let drawn = (0..<(index % 3 == 2 ? 2 : 1)).compactMap { _ in deck.draw() }
            return drawn.isEmpty ? nil : made(by: drawn)
        }
    }

    private func made(by edits: [SpecEdit]) -> SpecCase {
        let content = edits.reduce(base) { document, edit in edit.change(document) ?? document }
        return SpecCase(
            resource: resource, changes: edits.map { "\($0.path): \($0.word)" }, content: content,
            violations: violations(of: content))
    }

    /// What the API server finds wrong with a document.
    package func violations(of content: JSONValue) -> [SchemaViolation] {
        schema.validate(schema.defaulted(schema.normalized(schema.pruned(content))), as: .apiServer)
    }
}

/// One custom resource to try.
package struct SpecCase: Sendable {
    package var resource: ResourceType
    /// What was changed, for people: `spec.schedule: "@reboot"`.
    package var changes: [String]
    /// The object without `apiVersion`, `kind` and `metadata`.
    package var content: JSONValue
    /// What the schema says against it; the API server refuses it unless this is empty.
    package var violations: [SchemaViolation]

    package var isAccepted: Bool { violations.isEmpty }
    package var words: String { changes.joined(separator: " and ") }
}

/// Deals changes, place after place.
private struct SpecDeck {
    private let edits: [[SpecEdit]]
    private var generator: SeededGenerator
    private var turns: [Int] = []
    private var stacks: [[SpecEdit]]
    /// Of the many hostile texts each shuffle takes so many, or nothing else would come up.
    private static let texts = 8

    init(_ edits: [[SpecEdit]], _ generator: SeededGenerator) {
        self.edits = edits
        self.generator = generator
        stacks = edits.map { _ in [] }
    }

    mutating func draw() -> SpecEdit? {
        if turns.isEmpty { turns = edits.indices.shuffled(using: &generator) }
        guard let place = turns.popLast() else { return nil }
        if stacks[place].isEmpty { stacks[place] = shuffled(edits[place]) }
        return stacks[place].popLast()
    }

    private mutating func shuffled(_ all: [SpecEdit]) -> [SpecEdit] {
        let texts = all.filter(\.isText).shuffled(using: &generator).prefix(Self.texts)
        return (all.filter { !$0.isText } + texts).shuffled(using: &generator)
    }
}
