// SPDX-License-Identifier: Apache-2.0
import Digests
import Essentials

/// What an ImageWatch's status says beside its conditions.
package struct ImageWatchStatus: Hashable, Sendable {
    package var counts = Counts()
    package var images: [Image] = []
    package var lastHandledReconcileAt: String?
    package var outbox = Outbox()
    /// What was newest of images that are not listed: fingerprints of both.
    package var omitted: [UInt32: UInt32] = [:]
    /// Fingerprints of the failing images that channels know of.
    package var toldFailing: Set<String> = []

    package init() {}

    /// Stands for an image where only whether it is the same matters.
    package static func fingerprint(of image: String) -> String { String(SHA256.hex(image.utf8).prefix(8)) }

    package struct Counts: Hashable, Sendable {
        package var monitored = 0
        package var outdated = 0
        package var failed = 0
        package var omitted = 0
    }

    /// A tag with its digest, and when it was seen first.
    package struct Version: Hashable, Sendable {
        package var tag: String
        package var digest: String?
        package var firstSeenTime: Timestamp?

        package init(tag: String, digest: String? = nil, firstSeenTime: Timestamp? = nil) {
            self.tag = tag
            self.digest = digest
            self.firstSeenTime = firstSeenTime
        }
    }

    package struct Workload: Hashable, Sendable, Comparable {
        /// Nil in the watch's own namespace.
        package var namespace: String?
        package var kind: String
        package var name: String

        package init(namespace: String?, kind: String, name: String) {
            self.namespace = namespace
            self.kind = kind
            self.name = name
        }

        package static func < (left: Workload, right: Workload) -> Bool {
            (left.namespace ?? "", left.kind, left.name) < (right.namespace ?? "", right.kind, right.name)
        }
    }

    package struct Failure: Hashable, Sendable {
        package var reason: String
        package var message: String

        package init(_ reason: String, _ message: String) {
            self.reason = reason
            self.message = message
        }
    }

    package struct Image: Hashable, Sendable {
        package var image: String
        package var usedBy: [Workload] = []
        package var policy = ""
        package var running: Version?
        package var latest: Version?
        package var outdated: Bool?
        package var outdatedSinceTime: Timestamp?
        package var moved = false
        package var withdrawn = false
        /// How many tags the repository has had, down to a power of two, so that not every push changes it; nil for a short list.
        package var tagCount: Int?
        /// Since when the list of tags is less than half of that.
        package var shrunkSinceTime: Timestamp?
        /// Newer tags that do not count yet.
        package var candidates: [Version] = []
        package var rejected: [String: Int] = [:]
        package var lastError: Failure?
        package var advice: UpdateAdvice?
        /// Until when telling of the newer version waits for the advice; nil when it was told, or need not be.
        package var adviceDueTime: Timestamp?

        package init(image: String) { self.image = image }
    }
}

extension ImageWatchStatus {
    /// Absent members are absent, not null.
    package var json: JSONValue {
        .compact([
            "counts": .compact([
                "monitored": .integer(Int64(counts.monitored)), "outdated": .integer(Int64(counts.outdated)),
                "failed": .integer(Int64(counts.failed)),
                "omitted": counts.omitted > 0 ? .integer(Int64(counts.omitted)) : nil,
            ]),
            "images": images.isEmpty ? nil : .array(images.map(\.json)),
            "omitted": omitted.isEmpty ? nil : .string(Self.text(of: omitted)),
            "outbox": outbox.json, "toldFailing": toldFailing.isEmpty ? nil : .strings(toldFailing.sorted()),
            "lastHandledReconcileAt": lastHandledReconcileAt.map(JSONValue.string),
        ])
    }
}

extension ImageWatchStatus.Version {
    package var json: JSONValue {
        .compact([
            "tag": .string(tag), "digest": digest.map(JSONValue.string),
            "firstSeenTime": firstSeenTime.map { .string($0.rfc3339) },
        ])
    }

    init?(json: JSONValue?) {
        guard let json, let tag = json["tag"]?.stringValue else { return nil }
        self.init(
            tag: tag, digest: json["digest"]?.stringValue,
            firstSeenTime: json["firstSeenTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:)))
    }
}

extension ImageWatchStatus.Image {
    package var json: JSONValue {
        var json: JSONValue = .compact([
            "image": .string(image),
            "usedBy": usedBy.isEmpty
                ? nil
                : .array(
                    usedBy.map {
                        .compact([
                            "namespace": $0.namespace.map(JSONValue.string), "kind": .string($0.kind),
                            "name": .string($0.name),
                        ])
                    }),
            "policy": policy.isEmpty ? nil : .string(policy), "running": running?.json, "latest": latest?.json,
            "outdated": outdated.map(JSONValue.bool),
            "outdatedSinceTime": outdatedSinceTime.map { .string($0.rfc3339) },
            "moved": moved ? true : nil, "withdrawn": withdrawn ? true : nil,
            "candidates": candidates.isEmpty ? nil : .array(candidates.map(\.json)),
            "rejected": rejected.isEmpty ? nil : .object(rejected.mapValues { .integer(Int64($0)) }),
            "lastError": lastError.map {
                .compact([
                    "reason": .string($0.reason), "message": $0.message.isEmpty ? nil : .string($0.message),
                ])
            },
        ])
        json["tagCount"] = tagCount.map { .integer(Int64($0)) }
        json["shrunkSinceTime"] = shrunkSinceTime.map { .string($0.rfc3339) }
        json["advice"] = advice?.json
        json["adviceDueTime"] = adviceDueTime.map { .string($0.rfc3339) }
        return json
    }

    /// What is remembered of an image; nil when it is none. A status is written by us, but may be spoiled by others.
    init?(json: JSONValue) {
        guard let image = json["image"]?.stringValue else { return nil }
        self.init(image: image)
        usedBy = (json["usedBy"]?.arrayValue ?? []).compactMap { user in
            guard let kind = user["kind"]?.stringValue, let name = user["name"]?.stringValue else { return nil }
            return ImageWatchStatus.Workload(namespace: user["namespace"]?.stringValue, kind: kind, name: name)
        }
        policy = json["policy"]?.stringValue ?? ""
        running = ImageWatchStatus.Version(json: json["running"])
        latest = ImageWatchStatus.Version(json: json["latest"])
        outdated = json["outdated"]?.boolValue
        outdatedSinceTime = json["outdatedSinceTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        moved = json["moved"]?.boolValue ?? false
        withdrawn = json["withdrawn"]?.boolValue ?? false
        candidates = (json["candidates"]?.arrayValue ?? []).compactMap(ImageWatchStatus.Version.init(json:))
        rejected = (json["rejected"]?.objectValue ?? [:]).compactMapValues {
            $0.integerValue.flatMap(Int.init(exactly:))
        }
        tagCount = json["tagCount"]?.integerValue.flatMap(Int.init(exactly:)).flatMap { $0 > 0 ? $0 : nil }
        shrunkSinceTime = json["shrunkSinceTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        advice = UpdateAdvice(json: json["advice"])
        adviceDueTime = json["adviceDueTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        lastError = json.at("lastError", "reason")?.stringValue.map {
            .init($0, json.at("lastError", "message")?.stringValue ?? "")
        }
    }
}

// MARK: Images that are not listed

extension ImageWatchStatus {
    fileprivate static func code(_ words: String...) -> UInt32 {
        SHA256.hash(words.joined(separator: "\u{0}").utf8).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    fileprivate static func text(of omitted: [UInt32: UInt32]) -> String {
        let words = omitted.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        return Base64.encode(words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } })
    }

    /// Empty when it is none; a status is written by us, but may be spoiled by others.
    static func omitted(from text: String?) -> [UInt32: UInt32] {
        guard let text, text.utf8.count <= 64 * 1024, let bytes = Base64.decode(Array(text.utf8)[...]),
            bytes.count.isMultiple(of: 8)
        else { return [:] }
        var omitted: [UInt32: UInt32] = [:]
        for start in stride(from: 0, to: bytes.count, by: 8) {
            let (key, value) = (bytes[start..<start + 4], bytes[start + 4..<start + 8])
            omitted[key.reduce(0) { $0 << 8 | UInt32($1) }] = value.reduce(0) { $0 << 8 | UInt32($1) }
        }
        return omitted
    }
}

extension ImageWatchStatus.Image {
    /// Stands for the image and the policy by which it is compared.
    package var code: UInt32 { Self.code(image: image, policy: policy) }
    package static func code(image: String, policy: String) -> UInt32 { ImageWatchStatus.code(image, policy) }
}

extension ImageWatchStatus.Version {
    /// Stands for the tag and what it names.
    package var code: UInt32 { ImageWatchStatus.code(tag, digest ?? "") }
}
