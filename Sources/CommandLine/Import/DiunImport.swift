// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import YAML

/// Diun's configuration as ImageWatches, and what of it they cannot say.
///
/// Source: Diun 4.33, its configuration reference and the list format of its file provider. What Diun compares is content and
/// tags with what it saw before; a watch compares them with what runs, so the same settings tell the same news, and end it with
/// the rollout.
package struct DiunImport: Hashable, Sendable {
    /// One file of the command.
    package struct File: Hashable, Sendable {
        package var path: String
        package var bytes: [UInt8]

        package init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    /// Where the watches go.
    package struct Target: Hashable, Sendable {
        /// Nil: whatever `kubectl apply` is told.
        package var namespace: String?
        /// Only there a watch may look into other namespaces.
        package var operatorNamespace: String

        package init(namespace: String? = nil, operatorNamespace: String = "watchbill-system") {
            self.namespace = namespace
            self.operatorNamespace = operatorNamespace
        }
    }

    /// Something that was not carried over, or not as it was.
    package struct Note: Hashable, Sendable {
        /// As the configuration names it: `watch.workers`, `images.yml[2].max_tags`.
        package var path: String
        /// Nil where it is, or might be, a secret.
        package var value: String?
        package var reason: String

        package var text: String {
            let shown = value.map { ": \(Self.shown($0))" } ?? ""
            return "not carried over: \(path)\(shown); \(reason)"
        }

        private static func shown(_ text: String) -> String {
            let safe = text.unicodeScalars.prefix(80).map { $0.value < 0x20 ? $0.escaped(asASCII: true) : String($0) }
            return safe.joined() + (text.unicodeScalars.count > 80 ? "…" : "")
        }
    }

    package private(set) var watches: [JSONValue] = []
    package private(set) var notes: [Note] = []
    let target: Target
    /// What the `watch` section makes of every watch.
    var timing: [String: JSONValue] = [:]
    var defaults = DiunOptions()

    /// The most images of one watch, as its schema has it.
    static let imageLimit = 256

    /// - Parameter lookUp: reads a list that the configuration names, where none is given.
    package init(
        _ files: [File], for target: Target, lookUp: (_ path: String) -> [UInt8]? = { _ in nil }
    ) throws(CommandFailure) {
        self.target = target
        var configuration: (root: JSONValue, file: File)?
        var lists: [(entries: [JSONValue], path: String)] = []
        for file in files {
            switch try Self.parse(file) {
            case .object(let members):
                guard configuration == nil else {
                    throw CommandFailure(
                        what: "a second configuration", place: file.path,
                        remedy: "import one diun.yml at a time; the lists of its file provider may stand beside it",
                        code: .usage)
                }
                configuration = (.object(members), file)
            case .array(let entries): lists.append((entries, file.path))
            default:
                throw CommandFailure(
                    what: "neither a configuration of Diun's nor a list of images", place: file.path,
                    remedy: "name a diun.yml, or a list as its file provider reads it", code: .usage)
            }
        }
        if let configuration {
            readSections(configuration.root)
            try readProviders(configuration.root, &lists, lookUp)
        }
        addImages(lists)
    }

    /// All watches, ready for `kubectl apply`.
    package var yaml: String { YAMLText.render(documents: watches) }

    static func parse(_ file: File) throws(CommandFailure) -> JSONValue {
        do throws(YAMLError) {
            return try JSONValue(yaml: file.bytes)
        } catch {
            throw CommandFailure(
                what: "it is no YAML: \(error.problem)", place: "\(file.path), line \(error.line)",
                remedy: "correct the file", code: .usage)
        }
    }

    mutating func note(_ path: String, _ value: JSONValue? = nil, _ reason: String) {
        notes.append(Note(path: path, value: value.map(Self.words), reason: reason))
    }

    /// What is written, as far as it is short.
    static func words(_ value: JSONValue) -> String {
        value.stringValue ?? String(decoding: value.canonicalBytes, as: UTF8.self)
    }

    mutating func add(_ name: String, in namespace: String?, _ spec: [String: JSONValue]) {
        watches.append([
            "apiVersion": .string(ImageWatch.resource.apiVersion), "kind": .string(ImageWatch.resource.kind),
            "metadata": .compact(["name": .string(name), "namespace": namespace.map(JSONValue.string)]),
            "spec": .object(spec.merging(timing) { own, _ in own }),
        ])
    }
}
