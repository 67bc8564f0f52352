// SPDX-License-Identifier: Apache-2.0
import Essentials
import KubernetesModel

extension DiunImport {
    /// Where Diun looks for images: Pods, lists, and what is no part of a cluster.
    mutating func readProviders(
        _ root: JSONValue, _ lists: inout [(entries: [JSONValue], path: String)],
        _ lookUp: (_ path: String) -> [UInt8]?
    ) throws(CommandFailure) {
        for (name, value) in members(of: root["providers"] ?? .null) {
            if value.boolValue == false { continue }
            let path = "providers.\(name)"
            switch name {
            case "kubernetes": readKubernetes(value)
            case "file":
                if let folder = value["directory"], lists.isEmpty {
                    note(
                        "\(path).directory", folder,
                        "name its files behind this one: watchbill import diun diun.yml FOLDER/*.yml")
                }
                guard let file = value["filename"]?.stringValue, lists.isEmpty else { continue }
                guard let bytes = lookUp(file) else {
                    note("\(path).filename", .string(file), "it is not here; name the list behind this file")
                    continue
                }
                guard case .array(let entries) = try Self.parse(File(path: file, bytes: bytes)) else {
                    note("\(path).filename", .string(file), "it is no list of images")
                    continue
                }
                lists.append((entries, file))
            case "docker", "swarm", "containerd", "nomad", "dockerfile":
                note(path, nil, "only what runs in the cluster, or stands in spec.images, is watched")
            default: note(path, nil, "is no provider of Diun's")
            }
        }
    }

    private mutating func readKubernetes(_ value: JSONValue) {
        let path = "providers.kubernetes"
        for (key, _) in members(of: value) {
            switch key {
            case "namespaces", "watchByDefault": break
            case "endpoint", "certAuthFilePath", "tlsInsecure":
                note("\(path).\(key)", nil, "the operator watches the cluster that it runs in")
            case "token", "tokenFile": note("\(path).\(key)", nil, "the operator has an account of its own")
            default: note("\(path).\(key)", nil, "is no option of Diun's")
            }
        }
        let names = value["namespaces"].flatMap(DiunOptions.texts) ?? []
        let wanted = names.filter { !$0.hasPrefix("!") }
        let unwanted = names.filter { $0.hasPrefix("!") }.map { String($0.dropFirst()) }
        for name in wanted + unwanted where !ObjectName.isSubdomain(name) {
            return note("\(path).namespaces", .string(name), "is no name of a namespace; Pods are not watched")
        }
        var spec: [String: JSONValue] = ["policy": Self.json(defaults.policy)]
        var workloads: [String: JSONValue] = [:]
        // Diun looks at Pods that ask for it, unless it is told to look at all.
        if value["watchByDefault"].flatMap(DiunOptions.bool) != true { workloads["onlyAnnotated"] = true }
        guard wanted.isEmpty else {
            spec["workloads"] = .object(workloads)
            for name in Set(wanted).subtracting(unwanted).sorted() { add("diun", in: name, spec) }
            return
        }
        workloads["namespaceSelector"] =
            unwanted.isEmpty
            ? [:]
            : [
                "matchExpressions": [
                    [
                        "key": "kubernetes.io/metadata.name", "operator": "NotIn",
                        "values": .array(unwanted.map(JSONValue.string)),
                    ]
                ]
            ]
        spec["workloads"] = .object(workloads)
        add("diun", in: target.operatorNamespace, spec)
    }
}
