// SPDX-License-Identifier: Apache-2.0
import Essentials
import HTTPTransport
import KubernetesModel

/// Everything the server knows; each request is one transaction on it.
struct ServerState: Sendable {
    var options: EmbeddedAPIServer.Options
    var store: ObjectStore
    var catalog: ResourceCatalog
    var generator: SeededGenerator
    var audit: [AuditRecord] = []
    /// How many requests there were, also those that `audit` has forgotten.
    var recorded = 0
    var armed: [ArmedFault] = []
    var grants: [String: [AccessRule]] = [:]
    var unrestrictedUsers: Set<String> = ["admin"]
    var watches: [Int: Watch] = [:]
    var parking = Parking()
    /// Waiting watches have looked at every change up to this one.
    var examinedRevision = 0
    /// The journal has taken the last changes.
    var isJournalled = true
    /// Watches whose request matches one of these deliver nothing.
    var holds: [@Sendable (APIRequest) -> Bool] = []
    var podLog: @Sendable (PodLogQuery) -> PodLogAnswer
    var nextID = 0
    /// Tokens that were given out, and who they stand for.
    var tokens: [String: IssuedToken] = [:]

    init(options: EmbeddedAPIServer.Options, now: Timestamp) {
        self.options = options
        store = ObjectStore(historyLimit: options.historyLimit)
        catalog = ResourceCatalog(forKubectl: options.servesKubectl)
        generator = SeededGenerator(seed: options.seed)
        podLog = { _ in .text([]) }
        if let stored = options.restored { restore(stored) }
        self.options.restored = nil
        let namespaces = TableID(group: "", plural: "namespaces")
        for name in options.namespaces where store[namespaces, ObjectKey(name: name)] == nil {
            addNamespace(name, now: now)
        }
        if options.journal != nil { wakeWatches() }
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
    /// Goes on until the container has ended.
    package var follows = false
    /// Each line begins with its time.
    package var showsTimes = false
    /// Lines before this moment are left out.
    package var since: Timestamp?
    /// True once the Pod has a node.
    package var isScheduled = false
    /// The container's status as the Pod has it; nil before there is one.
    package var status: JSONValue?
}

/// What the node answers for a container's log.
package enum PodLogAnswer: Sendable {
    case text([UInt8])
    /// Read as it comes, when the answer is under way.
    case stream(any HTTPBody)
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
