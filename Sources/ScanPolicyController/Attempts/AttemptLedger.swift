// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Findings
import JSONScan
import KubernetesModel
import OCIModel
import Planning

/// What is remembered of scans that failed: one ConfigMap in the operator's namespace, which survives any restart.
///
/// Bounds: 5,000 images and 768 KiB; the oldest entries go first. An entry ends with a success, or a day after its last try.
struct AttemptLedger: Equatable {
    private(set) var entries: [String: Entry] = [:]

    struct Entry: Equatable {
        /// Tries that counted.
        var attempts: Int
        /// Tries that came to nothing before the image was looked at, or that more memory may mend; they count for the wait
        /// only.
        var blocked: Int
        var reason: ScanFailureReason
        var message: String
        /// The Job (or the refused write) that the latest try was; nothing is counted twice.
        var jobUID: String
        var lastTime: Timestamp
        var nextTime: Timestamp
        /// What was looked for; other scanners make a new case.
        var scanners: Set<ScannerKind>
        /// The run that asked; a later one makes a new case.
        var runTime: Timestamp?
        /// What its scan gets from now on, because less was not enough; in whatever case.
        var memoryBytes: Int64?

        /// True when it counts for what is wanted of the unit now.
        func isAbout(_ unit: ScanUnit) -> Bool { scanners == unit.scanners && isFresh(for: unit.run) }

        /// True when it is about the run that asks, or a later one.
        func isFresh(for run: RunDemand?) -> Bool {
            guard let run else { return true }
            return runTime.map { $0 >= run.dueTime } ?? false
        }

        /// True when there is a result, and the API refuses the report of it.
        var isReportRefusal: Bool { jobUID.hasPrefix("report ") }

        /// What stands for the Job when the API refused a report.
        static func reportRefusal(_ key: ObjectKey, _ askedAt: Timestamp) -> String { "report \(key) \(askedAt)" }

        /// The number of the next try, counting from 0.
        var tries: Int { attempts + blocked }
        /// When the entry ends by itself.
        var expiry: Timestamp { lastTime + FailedScans.lifetime }
    }

    static let name = FailedScans.name
    private static let member = FailedScans.member
    static let maximumEntries = 5_000
    static let maximumBytes = 768 << 10
    private static let messageLimit = 160
    static let backoff = Backoff(base: .seconds(30), cap: .seconds(1_800))

    subscript(id: String) -> Entry? { entries[id] }

    /// The same for whoever would have to work out the id first.
    func entry(_ id: @autoclosure () -> String) -> Entry? { entries.isEmpty ? nil : entries[id()] }

    /// Counts a failed try once.
    mutating func record(
        _ failure: FailedTry, of id: String, scanners: Set<ScannerKind>, runTime: Timestamp? = nil, jobUID: String,
        at time: Timestamp
    ) {
        var before = entries[id]
        if before?.jobUID == jobUID { return }
        let memory = failure.nextMemoryBytes ?? before?.memoryBytes
        if before?.scanners != scanners || before?.runTime != runTime { before = nil }
        let isFree = failure.costsNoAttempt
        let attempts = (before?.attempts ?? 0) + (isFree ? 0 : 1)
        let blocked = (before?.blocked ?? 0) + (isFree ? 1 : 0)
        var chance = SeededGenerator(seed: Self.seed(id, attempts + blocked))
        let wait = Self.backoff.delay(attempt: attempts + blocked - 1, using: &chance)
        let message =
            failure.message.utf8.count <= Self.messageLimit
            ? failure.message : String(failure.message.prefix(Self.messageLimit)) + "…"
        entries[id] = Entry(
            attempts: attempts, blocked: blocked, reason: failure.reason, message: message, jobUID: jobUID,
            lastTime: time,
            nextTime: Timestamp(secondsSinceEpoch: (time + wait).seconds), scanners: scanners, runTime: runTime,
            memoryBytes: memory)
    }

    mutating func forget(_ id: String) { entries[id] = nil }

    mutating func expire(at now: Timestamp) { entries = entries.filter { $0.value.expiry > now } }

    /// Chance is an argument: the same image and try always wait the same time, and no two images wait together.
    private static func seed(_ id: String, _ tries: Int) -> UInt64 {
        id.utf8.reduce(14_695_981_039_346_656_037 &+ UInt64(tries)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }
}

/// What the cluster remembers of failures; it can be large, so it is read once for each of its versions.
struct LedgerReading: Derivation {
    func value(in world: World) -> AttemptLedger { AttemptLedger(in: world) }
}

// MARK: As an object

extension AttemptLedger {
    init(in world: World) {
        let key = ObjectKey(namespace: world.configuration.operatorNamespace, name: Self.name)
        guard let text = world[ConfigMap.self].object(key)?.data[Self.member] else { return }
        var scanner = JSONScanner(Array(text.utf8), limits: FailedScans.limits)
        do throws(JSONError) {
            for (id, value) in try scanner.readValue().objectValue ?? [:] { entries[id] = Entry(json: value) }
        } catch {
            // Someone spoiled it: the past is lost, the future is not.
            entries = [:]
        }
    }

    /// The ConfigMap to apply.
    func object(in namespace: String) -> DesiredObject {
        DesiredObject(
            .configMaps, ObjectKey(namespace: namespace, name: Self.name),
            labels: ["app.kubernetes.io/managed-by": "watchbill"],
            body: ["data": [Self.member: .string(text)]])
    }

    private var text: String { JSONValue.object(entries.mapValues(\.json)).canonicalText }

    /// The newest entries, as many as fit.
    var bounded: AttemptLedger {
        var size = 2
        var kept = AttemptLedger()
        for (id, entry) in entries.sorted(by: { ($0.value.lastTime, $0.key) > ($1.value.lastTime, $1.key) }) {
            size += entry.json.canonicalBytes.count + id.utf8.count + 4
            if kept.entries.count == Self.maximumEntries || size > Self.maximumBytes { break }
            kept.entries[id] = entry
        }
        return kept
    }
}

extension AttemptLedger.Entry {
    init?(json: JSONValue) {
        guard let attempts = json["attempts"]?.integerValue, let blocked = json["blocked"]?.integerValue,
            (0...1_000_000).contains(attempts), (0...1_000_000).contains(blocked),
            let reason = json["reason"]?.stringValue.flatMap(ScanFailureReason.init(rawValue:)),
            let last = json["lastTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            let next = json["nextTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        let scanners =
            json["scanners"]?.arrayValue?.compactMap { $0.stringValue.flatMap(ScannerKind.init(rawValue:)) } ?? []
        self.init(
            attempts: Int(attempts), blocked: Int(blocked), reason: reason, message: json["message"]?.stringValue ?? "",
            jobUID: json["jobUID"]?.stringValue ?? "", lastTime: last, nextTime: next, scanners: Set(scanners),
            runTime: json["runTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
            memoryBytes: json["memoryBytes"]?.integerValue.flatMap { $0 > 0 ? $0 : nil })
    }

    var json: JSONValue {
        .compact([
            "attempts": .integer(Int64(attempts)), "blocked": .integer(Int64(blocked)),
            "reason": .string(reason.rawValue),
            "message": .string(message), "jobUID": .string(jobUID), "lastTime": .string(lastTime.rfc3339),
            "nextTime": .string(nextTime.rfc3339), "scanners": .strings(scanners.sorted().map(\.rawValue)),
            "runTime": runTime.map { .string($0.rfc3339) }, "memoryBytes": memoryBytes.map(JSONValue.integer),
        ])
    }
}
