// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import OCIModel
import Planning

// What registries are asked, written down. Pull secrets stand by their names; what is in them is in no fact.

extension TagDigest: CapturedQuestion {
    package var captured: JSONValue {
        .compact(["reference": .string(reference.description), "secrets": .keys(secrets)])
    }

    package init?(captured: JSONValue) {
        guard let reference = captured.reference else { return nil }
        self.init(reference, secrets: captured.keys("secrets"))
    }

    package static func captured(_ answer: Digest) -> JSONValue { .string(answer.description) }
    package static func answer(captured: JSONValue) -> Digest? { captured.stringValue.flatMap { Digest($0) } }
}

extension DatabaseDigest: CapturedQuestion {
    package var captured: JSONValue {
        .compact([
            "reference": .string(reference.description), "runTime": .string(runTime.rfc3339Micro),
            "token": token.map(JSONValue.string),
        ])
    }

    package init?(captured: JSONValue) {
        guard let reference = captured.reference,
            let time = captured["runTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(reference, runTime: time, token: captured["token"]?.stringValue)
    }

    package static func captured(_ answer: Digest) -> JSONValue { .string(answer.description) }
    package static func answer(captured: JSONValue) -> Digest? { captured.stringValue.flatMap { Digest($0) } }
}

extension RepositoryTags: CapturedQuestion {
    package var captured: JSONValue {
        .compact(["reference": .string(image.description), "secrets": .keys(secrets)])
    }

    package init?(captured: JSONValue) {
        guard let reference = captured.reference else { return nil }
        self.init(reference, secrets: captured.keys("secrets"))
    }

    package static func captured(_ answer: Answer) -> JSONValue {
        .compact(["tags": .strings(answer.tags), "cut": answer.cut.map { .string($0.rawValue) }])
    }

    package static func answer(captured: JSONValue) -> Answer? {
        guard let tags = captured["tags"]?.arrayValue else { return nil }
        return Answer(
            tags: tags.compactMap(\.stringValue),
            cut: captured["cut"]?.stringValue.flatMap(TagListing.Cut.init(rawValue:)))
    }
}

extension ImageContent: CapturedQuestion {
    package var captured: JSONValue {
        .compact(["reference": .string(reference.description), "secrets": .keys(secrets)])
    }

    package init?(captured: JSONValue) {
        guard let reference = captured.reference, let digest = reference.digest else { return nil }
        self.init(reference, digest, secrets: captured.keys("secrets"))
    }

    package static func captured(_ answer: Answer) -> JSONValue {
        switch answer {
        case .image: ["is": "Image"]
        case .artifact: ["is": "Artifact"]
        case .index(let children):
            [
                "is": "Index",
                "children": .array(
                    children.map {
                        .compact([
                            "digest": .string($0.digest.description),
                            "platform": $0.platform.map { .string($0.description) },
                        ])
                    }),
            ]
        }
    }

    package static func answer(captured: JSONValue) -> Answer? {
        switch captured["is"]?.stringValue {
        case "Image": return .image
        case "Artifact": return .artifact
        case "Index":
            var children: [Child] = []
            for child in captured["children"]?.arrayValue ?? [] {
                guard let digest = child["digest"]?.stringValue.flatMap({ Digest($0) }) else { return nil }
                children.append(
                    Child(digest: digest, platform: child["platform"]?.stringValue.flatMap { Platform($0) }))
            }
            return .index(children)
        default: return nil
        }
    }
}

extension JSONValue {
    /// Absent when there are none.
    fileprivate static func keys(_ keys: [ObjectKey]) -> JSONValue? {
        keys.isEmpty ? nil : .array(keys.map { ["namespace": .string($0.namespace), "name": .string($0.name)] })
    }

    fileprivate func keys(_ name: String) -> [ObjectKey] {
        (self[name]?.arrayValue ?? []).map {
            ObjectKey(namespace: $0["namespace"]?.stringValue ?? "", name: $0["name"]?.stringValue ?? "")
        }
    }

    fileprivate var reference: ImageReference? {
        do throws(ImageReferenceError) {
            return try ImageReference(parsing: self["reference"]?.stringValue ?? "")
        } catch {
            return nil
        }
    }
}
