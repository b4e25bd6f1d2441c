// openapi-generator, go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"

	mas "mas/client"
)

func panel(text string) mas.PanelRequest {
	var made mas.PanelRequest
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		log.Fatal(err)
	}
	return made
}

func main() {
	settings := mas.NewConfiguration()
	settings.Servers = mas.ServerConfigurations{{URL: os.Args[1]}}
	api := mas.NewAPIClient(settings).AssessmentAPI
	good, _, err := api.Assess(context.Background()).PanelRequest(panel(`{"observations":{"ferritin":"905 ug/L"},"context":{"condition":"sjia"}}`)).Execute()
	if err != nil {
		log.Fatal(err)
	}
	_, answer, err := api.Assess(context.Background()).PanelRequest(panel(`{"observations":{"platelets":"116 10*12/L"}}`)).Execute()
	var refusal *mas.GenericOpenAPIError
	if !errors.As(err, &refusal) || answer.StatusCode != 422 {
		log.Fatal("the refusal was not read: ", err)
	}
	problem, isProblem := refusal.Model().(mas.Problem)
	if !isProblem {
		log.Fatal("the refusal has no model")
	}
	codes := []string{}
	for _, fault := range problem.GetErrors() {
		codes = append(codes, string(fault.GetCode()))
	}
	told, _ := json.Marshal(map[string]any{"category": good.Classification.Category, "codes": codes})
	fmt.Println(string(told))
}
