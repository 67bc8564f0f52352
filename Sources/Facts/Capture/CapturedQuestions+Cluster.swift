// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel
import Planning
import TrivyReport
import VEX

// What the Kubernetes API is asked beside what is watched, written down.

extension JobEvents: CapturedQuestion {
    package var captured: JSONValue { ["namespace": .string(namespace), "uid": .string(uid)] }

    package init?(captured: JSONValue) {
        self.init(namespace: captured.text("namespace"), uid: captured.text("uid"))
    }

    package static func captured(_ answer: Answer) -> JSONValue {
        .compact(["warning": answer.warning.map(JSONValue.string)])
    }

    package static func answer(captured: JSONValue) -> Answer? { Answer(warning: captured["warning"]?.stringValue) }
}

extension ScanOutput: CapturedQuestion {
    package var captured: JSONValue {
        [
            "namespace": .string(job.namespace), "job": .string(job.name), "jobUID": .string(jobUID),
            "pod": .string(pod), "podUID": .string(podUID), "container": .string(container), "units": .strings(units),
        ]
    }

    package init?(captured: JSONValue) {
        self.init(
            job: ObjectKey(namespace: captured.text("namespace"), name: captured.text("job")),
            jobUID: captured.text("jobUID"), pod: captured.text("pod"), podUID: captured.text("podUID"),
            container: captured.text("container"),
            units: captured["units"]?.arrayValue?.compactMap(\.stringValue) ?? [])
    }

    /// What was found is not captured; that it was read is.
    package static func captured(_ answer: [String: UnitResult]) -> JSONValue { [:] }
    package static func answer(captured: JSONValue) -> [String: UnitResult]? { [:] }
}

extension VEXDocuments: CapturedQuestion {
    package var captured: JSONValue {
        ["namespace": .string(configMap.namespace), "name": .string(configMap.name)]
    }

    package init?(captured: JSONValue) {
        self.init(ObjectKey(namespace: captured.text("namespace"), name: captured.text("name")))
    }

    package static func captured(_ answer: Answer) -> JSONValue {
        guard case .documents(let documents) = answer else { return ["missing": true] }
        return ["documents": .object(documents.mapValues(\.captured))]
    }

    package static func answer(captured: JSONValue) -> Answer? {
        if captured["missing"] == true { return .missing }
        guard let entries = captured["documents"]?.objectValue else { return nil }
        var documents: [String: Document] = [:]
        for (key, entry) in entries {
            guard let document = Document(captured: entry) else { return nil }
            documents[key] = document
        }
        return .documents(documents)
    }
}

extension VEXDocuments.Document {
    fileprivate var captured: JSONValue {
        switch self {
        case .read(let document): document.captured
        case .unreadable(let error): ["unreadable": error.captured]
        }
    }

    fileprivate init?(captured: JSONValue) {
        if let error = captured["unreadable"] {
            guard let error = VEXError(captured: error) else { return nil }
            self = .unreadable(error)
        } else {
            guard let document = VEXDocument(captured: captured) else { return nil }
            self = .read(document)
        }
    }
}

extension JSONValue {
    /// A member's text; empty where there is none.
    func text(_ name: String) -> String { self[name]?.stringValue ?? "" }
}
