// SPDX-License-Identifier: Apache-2.0
import Essentials
import OCIModel
import Schema

/// Everything that is wrong with a configuration file, one line each: path, value, what to do.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    package var problems: [String]

    package init(problems: [String]) { self.problems = problems }

    package var description: String { problems.joined(separator: "\n") }
}

extension OperatorConfiguration {
    /// Reads a configuration; what is absent keeps its default. An empty document (null) is an empty configuration.
    ///
    /// A field that is not known stands in `unknownFields` and is no error: a chart that is newer than the image must not
    /// take the operator away (decision 0008).
    package init(json: JSONValue) throws(ConfigurationError) {
        self.init()
        if json.isNull { return }
        // Where nothing is wrong but for what is unknown, the strict reading lists exactly that.
        let complaints = Self.schema.validate(json, unknownFields: .refused).map(\.description)
        guard Self.schema.validate(json).isEmpty else { throw ConfigurationError(problems: complaints) }
        unknownFields = complaints
        Self.read(json["operatorNamespace"]?.stringValue, into: &operatorNamespace)
        Self.read(json["clusterName"]?.stringValue, into: &clusterName)
        Self.read(json["courierImage"]?.stringValue, into: &courierImage)
        Self.read(json["excludedNamespaces"]?.arrayValue?.compactMap(\.stringValue), into: &excludedNamespaces)
        Self.read(json.at("scanner", "image")?.stringValue, into: &scanner.image)
        Self.read(json.at("scanner", "databaseRepository")?.stringValue, into: &scanner.databaseRepository)
        Self.read(json.at("scanner", "javaDatabaseRepository")?.stringValue, into: &scanner.javaDatabaseRepository)
        registries = (json["registries"]?.arrayValue ?? []).map { entry in
            RegistryEndpoint(
                host: entry["host"]?.stringValue ?? "", endpoint: entry["endpoint"]?.stringValue ?? "",
                plainHTTP: entry["plainHTTP"]?.boolValue ?? false)
        }
        Self.read(json.at("limits", "maximumJobs")?.integerValue.map { Int($0) }, into: &limits.maximumJobs)
        Self.read(
            json.at("limits", "maximumJobsPerNamespace")?.integerValue.map { Int($0) },
            into: &limits.maximumJobsPerNamespace)
        Self.read(json.at("limits", "imagesPerJob")?.integerValue.map { Int($0) }, into: &limits.imagesPerJob)
        if let pod = json["scanPod"] { scanPod.read(pod) }
        if let json = json["egress"] { egress.read(json) }
        let problems = referenceProblems + egress.problems + scanPod.problems
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    }

    static func read<Value>(_ value: Value?, into target: inout Value) { if let value { target = value } }

    /// What no schema can say: whether images, repositories and registry hosts are such.
    private var referenceProblems: [String] {
        var images = ["scanner.image": scanner.image, "scanner.databaseRepository": scanner.databaseRepository]
        if !scanner.javaDatabaseRepository.isEmpty {
            images["scanner.javaDatabaseRepository"] = scanner.javaDatabaseRepository
        }
        if !courierImage.isEmpty { images["courierImage"] = courierImage }
        for (index, registry) in registries.enumerated() {
            images["registries[\(index)].host"] = registry.host + "/x"
            images["registries[\(index)].endpoint"] = registry.endpoint + "/x"
        }
        return images.sorted { $0.key < $1.key }.compactMap { path, image in
            do throws(ImageReferenceError) {
                let reference = try ImageReference(parsing: image)
                // A first component that is no host would silently become a path of docker.io.
                let isHost = path.hasPrefix("registries") && reference.registry + "/x" != image
                return isHost
                    ? "\(path): \(JSONValue.string(image).excerpt) has no host name with a dot or a port; write host:port"
                    : nil
            } catch {
                return "\(path): \(error)"
            }
        }
    }
}

extension OperatorConfiguration.ScanPod {
    fileprivate mutating func read(_ json: JSONValue) {
        OperatorConfiguration.read(json["requests"].map(Self.texts), into: &requests)
        OperatorConfiguration.read(json["limits"].map(Self.texts), into: &limits)
        OperatorConfiguration.read(json["maximumMemory"].flatMap(Self.text), into: &maximumMemory)
        OperatorConfiguration.read(json["labels"].map(Self.texts), into: &labels)
        OperatorConfiguration.read(json["annotations"].map(Self.texts), into: &annotations)
        OperatorConfiguration.read(json["workspaceLimit"].flatMap(Self.text), into: &workspaceLimit)
        priorityClassName = json["priorityClassName"]?.stringValue ?? priorityClassName
        // Who only raises the limit has said nothing of how far it may be doubled.
        if json["maximumMemory"] == nil, let limit = limits["memory"], Quantity(limit) > Quantity(maximumMemory) {
            maximumMemory = limit
        }
    }

    /// Amounts that contradict each other.
    fileprivate var problems: [String] {
        var problems = requests.sorted { $0.key < $1.key }.compactMap { resource, request -> String? in
            guard let limit = limits[resource], Quantity(request) > Quantity(limit) else { return nil }
            return "scanPod.requests.\(resource): \(quoted(request)) is more than scanPod.limits.\(resource), "
                + "\(quoted(limit)); lower it, or raise the limit"
        }
        if let limit = limits["memory"], Quantity(limit) > Quantity(maximumMemory) {
            problems.append(
                "scanPod.maximumMemory: \(quoted(maximumMemory)) is less than scanPod.limits.memory, "
                    + "\(quoted(limit)); raise it, or lower the limit")
        }
        return problems
    }

    private func quoted(_ text: String) -> String { JSONValue.string(text).excerpt }

    private static func text(_ value: JSONValue) -> String? {
        value.stringValue ?? value.integerValue.map { String($0) }
    }
    private static func texts(_ value: JSONValue) -> [String: String] {
        (value.objectValue ?? [:]).compactMapValues(text)
    }
}
