// SPDX-License-Identifier: Apache-2.0
import Essentials
import Facts
import KubernetesModel
import OCIModel
import Planning
import VEX

/// Facts as text: each question that the plan of a policy asks, with what was known of it.
enum FactCapture {
    static func copy(_ question: any FactQuestion, from source: World, to target: inout World) {
        func copy<Question: FactQuestion>(_ question: Question) { target.set(source.fact(question), for: question) }
        copy(question)
    }

    /// Nil for a question that no policy's plan asks.
    static func json(_ question: any FactQuestion, in world: World) -> JSONValue? {
        switch question {
        case let question as TagDigest:
            entry(TagDigest.name, ["reference": .string(question.reference.description)], world.fact(question)) {
                .string($0.description)
            }
        case let question as DatabaseDigest:
            entry(
                DatabaseDigest.name,
                .compact([
                    "reference": .string(question.reference.description),
                    "runTime": .string(question.runTime.rfc3339Micro), "token": question.token.map(JSONValue.string),
                ]), world.fact(question)
            ) { .string($0.description) }
        case let question as JobEvents:
            entry(
                JobEvents.name, ["namespace": .string(question.namespace), "uid": .string(question.uid)],
                world.fact(question)
            ) { .compact(["warning": $0.warning.map(JSONValue.string)]) }
        case let question as VEXDocuments:
            entry(
                VEXDocuments.name,
                ["namespace": .string(question.configMap.namespace), "name": .string(question.configMap.name)],
                world.fact(question), VEXCapture.json)
        case let question as ScanOutput:
            // What was found is not captured; that it was read is.
            entry(
                ScanOutput.name,
                [
                    "namespace": .string(question.job.namespace), "job": .string(question.job.name),
                    "jobUID": .string(question.jobUID), "pod": .string(question.pod),
                    "podUID": .string(question.podUID), "container": .string(question.container),
                    "units": .strings(question.units),
                ], world.fact(question)
            ) { _ in [:] }
        default: nil
        }
    }

    private static func entry<Answer>(
        _ name: String, _ question: JSONValue, _ fact: Fact<Answer>, _ answer: (Answer) -> JSONValue
    ) -> JSONValue {
        var entry: JSONValue = ["name": .string(name), "question": question]
        switch fact {
        case .unknown: entry["state"] = "Unknown"
        case .known(let known, let askedAt):
            entry["state"] = "Known"
            entry["answer"] = answer(known)
            entry["askedAt"] = .string(askedAt.rfc3339Micro)
        case .failed(let failure):
            entry["state"] = "Failed"
            entry["failure"] = [
                "reason": .string(failure.reason), "message": .string(failure.message),
                "isFinal": .bool(failure.isFinal),
            ]
        }
        return entry
    }

    // MARK: Reading

    /// Puts an entry into a world; false when it cannot be read.
    static func read(_ entry: JSONValue, into world: inout World) -> Bool {
        guard let question = entry["question"] else { return false }
        switch entry["name"]?.stringValue {
        case TagDigest.name:
            guard let reference = reference(question) else { return false }
            return set(TagDigest(reference), entry, in: &world) { $0.stringValue.flatMap { Digest($0) } }
        case DatabaseDigest.name:
            guard let reference = reference(question),
                let time = question["runTime"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
            else { return false }
            let asked = DatabaseDigest(reference, runTime: time, token: question["token"]?.stringValue)
            return set(asked, entry, in: &world) { $0.stringValue.flatMap { Digest($0) } }
        case JobEvents.name:
            let asked = JobEvents(namespace: text(question, "namespace"), uid: text(question, "uid"))
            return set(asked, entry, in: &world) { JobEvents.Answer(warning: $0["warning"]?.stringValue) }
        case VEXDocuments.name:
            let key = ObjectKey(namespace: text(question, "namespace"), name: text(question, "name"))
            return set(VEXDocuments(key), entry, in: &world, VEXCapture.read)
        case ScanOutput.name:
            let asked = ScanOutput(
                job: ObjectKey(namespace: text(question, "namespace"), name: text(question, "job")),
                jobUID: text(question, "jobUID"), pod: text(question, "pod"), podUID: text(question, "podUID"),
                container: text(question, "container"),
                units: question["units"]?.arrayValue?.compactMap(\.stringValue) ?? [])
            return set(asked, entry, in: &world) { _ in [:] }
        default: return false
        }
    }

    private static func set<Question: FactQuestion>(
        _ question: Question, _ entry: JSONValue, in world: inout World, _ read: (JSONValue) -> Question.Answer?
    ) -> Bool {
        switch entry["state"]?.stringValue {
        case "Unknown": return true
        case "Known":
            guard let answer = entry["answer"].flatMap(read),
                let time = entry["askedAt"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
            else { return false }
            world.set(.known(answer, askedAt: time), for: question)
            return true
        case "Failed":
            let failure = entry["failure"] ?? [:]
            world.set(
                .failed(
                    FactFailure(
                        reason: text(failure, "reason"), message: text(failure, "message"),
                        isFinal: failure["isFinal"]?.boolValue ?? false)), for: question)
            return true
        default: return false
        }
    }

    private static func text(_ json: JSONValue, _ name: String) -> String { json[name]?.stringValue ?? "" }

    private static func reference(_ question: JSONValue) -> ImageReference? {
        do throws(ImageReferenceError) {
            return try ImageReference(parsing: text(question, "reference"))
        } catch {
            return nil
        }
    }
}

/// VEX documents, as far as they were read.
private enum VEXCapture {
    static func json(_ answer: VEXDocuments.Answer) -> JSONValue {
        guard case .documents(let documents) = answer else { return ["missing": true] }
        return ["documents": .object(documents.mapValues(json))]
    }

    private static func json(_ document: VEXDocuments.Document) -> JSONValue {
        switch document {
        case .read(let document): document.captured
        case .unreadable(let error): ["unreadable": error.captured]
        }
    }

    static func read(_ json: JSONValue) -> VEXDocuments.Answer? {
        if json["missing"] == true { return .missing }
        guard let entries = json["documents"]?.objectValue else { return nil }
        var documents: [String: VEXDocuments.Document] = [:]
        for (key, entry) in entries {
            if let error = entry["unreadable"] {
                guard let error = VEXError(captured: error) else { return nil }
                documents[key] = .unreadable(error)
            } else {
                guard let document = VEXDocument(captured: entry) else { return nil }
                documents[key] = .read(document)
            }
        }
        return .documents(documents)
    }
}
