// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

/// Everything the server knows; each request is one transaction on it.
struct ServerState: Sendable {
    var options: EmbeddedAPIServer.Options
    var store: ObjectStore
    var catalog = ResourceCatalog()
    var generator: SeededGenerator
    var audit: [AuditRecord] = []
    var armed: [ArmedFault] = []
    var grants: [String: [AccessRule]] = [:]
    var unrestrictedUsers: Set<String> = ["admin"]
    var watches: [Int: Watch] = [:]
    var parking = Parking()
    /// Waiting watches have looked at every change up to this one.
    var examinedRevision = 0
    /// Watches whose request matches one of these deliver nothing.
    var holds: [@Sendable (APIRequest) -> Bool] = []
    var podLog: @Sendable (PodLogQuery) -> PodLogAnswer
    var nextID = 0

    init(options: EmbeddedAPIServer.Options, now: Timestamp) {
        self.options = options
        store = ObjectStore(historyLimit: options.historyLimit)
        generator = SeededGenerator(seed: options.seed)
        podLog = { _ in .text([]) }
        for name in options.namespaces { addNamespace(name, now: now) }
    }

    mutating func takeID() -> Int {
        nextID += 1
        return nextID
    }

    /// A random (version 4) UUID from the seed.
    mutating func newUID() -> String {
        let high = (generator.next() & ~0xF000) | 0x4000
        let low = (generator.next() & ~(0xC000_0000_0000_0000)) | 0x8000_0000_0000_0000
        func hex(_ value: UInt64, _ digits: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
        }
        return [
            hex(high >> 32, 8), hex((high >> 16) & 0xFFFF, 4), hex(high & 0xFFFF, 4), hex(low >> 48, 4),
            hex(low & 0xFFFF_FFFF_FFFF, 12),
        ].joined(separator: "-")
    }

    /// Five characters for `generateName`, from the alphabet that Kubernetes uses.
    mutating func newSuffix() -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<5).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
    }

    private mutating func addNamespace(_ name: String, now: Timestamp) {
        let object: JSONValue = [
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": [
                "name": .string(name), "uid": .string(newUID()), "creationTimestamp": .string(now.rfc3339),
                "labels": ["kubernetes.io/metadata.name": .string(name)],
            ],
            "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
        ]
        store.put(object, in: TableID(group: "", plural: "namespaces"), at: ObjectKey(name: name))
    }
}

/// What a request for a container's log asks for.
package struct PodLogQuery: Sendable, Equatable {
    package var pod: ObjectKey
    package var uid: String
    /// Empty when the request names none.
    package var container: String
    package var limitBytes: Int?
    package var tailLines: Int?
    package var isPrevious: Bool
}

/// What the node answers for a container's log.
package enum PodLogAnswer: Sendable, Equatable {
    case text([UInt8])
    /// The container has not started; the text says why (`ContainerCreating`).
    case notReady(String)
    case unavailable(String)
}

/// The callers that wait, each with the moment at which time wakes it.
struct Parking: Sendable {
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    /// Tasks that were cancelled before they came to wait.
    var cancelled: Set<Int> = []
    /// Deadlines of hanging requests.
    var deadlines: [Int: Timestamp] = [:]
    /// Callers of `whenIdle`.
    var idleWaiters: [CheckedContinuation<Void, Never>] = []
}
