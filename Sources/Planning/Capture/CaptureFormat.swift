// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials

/// What all captures have in common, whatever was planned.
package enum CaptureFormat {
    /// Another number reads otherwise.
    package static let name = "watchbill-capture/1"

    /// Refuses what says of itself that it is something else.
    package static func check(_ json: JSONValue) throws(CaptureError) {
        switch json["format"]?.stringValue {
        case name: return
        case let other? where other.hasPrefix("watchbill-capture/"):
            throw CaptureError(reason: "its format is \(other.prefix(40)), and this program reads \(name)")
        default: throw CaptureError(reason: "its format is not \(name)")
        }
    }

    /// Proxies and registries of the installation are nobody's business; what is as by default is left out.
    static func json(_ configuration: OperatorConfiguration) -> JSONValue {
        let usual = OperatorConfiguration()
        func unless<Value: Equatable>(
            _ path: KeyPath<OperatorConfiguration, Value>, _ write: (Value) -> JSONValue
        ) -> JSONValue? {
            configuration[keyPath: path] == usual[keyPath: path] ? nil : write(configuration[keyPath: path])
        }
        return .compact([
            "operatorNamespace": .string(configuration.operatorNamespace),
            "clusterName": unless(\.clusterName, JSONValue.string),
            "excludedNamespaces": unless(\.excludedNamespaces, JSONValue.strings),
            "databaseRepository": unless(\.scanner.databaseRepository, JSONValue.string),
            "scannerImage": unless(\.scanner.image, JSONValue.string),
            "courierImage": unless(\.courierImage, JSONValue.string),
            "limits": unless(\.scanPod.limits, JSONValue.stringMap),
            "maximumMemory": unless(\.scanPod.maximumMemory, JSONValue.string),
        ])
    }

    static func configuration(_ json: JSONValue) -> OperatorConfiguration {
        var configuration = OperatorConfiguration()
        if let name = json["operatorNamespace"]?.stringValue { configuration.operatorNamespace = name }
        if let name = json["clusterName"]?.stringValue { configuration.clusterName = name }
        if let names = json["excludedNamespaces"]?.arrayValue {
            configuration.excludedNamespaces = names.compactMap(\.stringValue)
        }
        if let repository = json["databaseRepository"]?.stringValue {
            configuration.scanner.databaseRepository = repository
        }
        if let image = json["scannerImage"]?.stringValue { configuration.scanner.image = image }
        if let image = json["courierImage"]?.stringValue { configuration.courierImage = image }
        if let limits = json["limits"]?.objectValue {
            configuration.scanPod.limits = limits.compactMapValues(\.stringValue)
        }
        if let memory = json["maximumMemory"]?.stringValue { configuration.scanPod.maximumMemory = memory }
        return configuration
    }
}
